-- Invariants: what must be true of the tables at every moment, whatever died, was late, or came twice.
--
-- Only a change by hand, a damaged restore, or a fault of the engine breaks one. Every function here is one statement and
-- stable, so that all checks see the snapshot of the caller's statement: work that goes on meanwhile raises no false alarm.
-- They lock nothing. Each check reads its tables once, by scans and hash joins: the planner is kept from nested loops, because right
-- after a bulk load it may believe that a table with a million rows has one that matters.

create type violation as (
  invariant    text,
  operation_id bigint,
  "position"   integer,
  worker_id    bigint,
  detail       text,
  advice       text
);
comment on type violation is 'One thing that must not be: a row that breaks an invariant.';
comment on column violation.invariant is 'Which invariant is broken; the comment on invariants() lists them.';
comment on column violation.operation_id is 'The operation, where it is about one.';
comment on column violation.position is 'The action, where it is about one.';
comment on column violation.worker_id is 'The worker, where it is about one.';
comment on column violation.detail is 'What was found.';
comment on column violation.advice is 'What to do.';

create function violations_of_operations() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  with plan as materialized (
    select coalesce(o.id, a.operation_id) as operation_id, o.id is null as is_orphan, o.state, o.parked_at, o.stopped_position, o.ended_at,
           o.created_at,
           count(a.position) as actions,
           count(a.position) = coalesce(max(a.position), 0) and coalesce(min(a.position), 1) = 1 as is_dense,
           coalesce(bool_or(a.branch = 'main'), false) as has_main,
           min(a.position) filter (where a.branch = 'main' and a.completed_at is null and a.skipped_at is null) as open_in_main,
           coalesce(bool_or(o.ended_at in (a.completed_at, a.skipped_at)), false) as ends_with_an_action
      from operations o
      full join actions a on a.operation_id = o.id
     group by o.id, a.operation_id
  )
  select 'plan_is_complete', operation_id, null::integer, null::bigint,
         case
           when is_orphan then 'there are actions without an operation'
           when actions = 0 then format('%s, without a single action', state)
           when not is_dense then 'its positions are not 1, 2, 3 …'
           else 'it has no branch "main"'
         end,
         case
           when is_orphan then format('delete from actions where operation_id = %s removes them.', operation_id)
           else 'Enqueue it anew: its plan is lost.'
         end
    from plan
   where is_orphan
      or actions = 0 and parked_at is null and (state <> 'cancelled' or stopped_position is not null)
      or not is_dense
      or actions > 0 and not has_main
  union all
  select 'completed_means_done', operation_id, open_in_main, null,
         case when open_in_main is not null then 'completed, though an action of main is open' else 'completed at another time than its last action' end,
         'run_from(id, branch, action) runs it from an action on.'
    from plan
   where state = 'completed' and actions > 0 and (open_in_main is not null or not ends_with_an_action)
  union all
  select 'stop_is_recorded', o.id, o.stopped_position, null,
         case
           when o.state in ('active', 'completed') then format('%s, with a place or a reason to have stopped', o.state)
           when o.parked_at is not null then format('%s and parked at the same time', o.state)
           when o.state = 'cancelled' then 'cancelled, without an open action where it would go on'
           else 'failed, without the action and the attempt that ended it'
         end,
         'run_from(id, branch, action) lets it go on at an action that you name.'
    from plan p
    join operations o on o.id = p.operation_id
    left join actions a on a.operation_id = o.id and a.position = o.stopped_position and a.completed_at is null and a.skipped_at is null
   where p.actions > 0 and case o.state
     when 'failed' then
       a.errored_at is distinct from o.ended_at or not exists (
         select from attempts t
          where t.operation_id = o.id and t.ends_operation and t.position = o.stopped_position and t.ended_at = o.ended_at
       )
     when 'cancelled' then a.position is null
     else o.stopped_position is not null or o.stop_reason is not null
   end
   or o.state <> 'active' and o.parked_at is not null
  union all
  select 'keys_are_unique', min(id), null, null,
         format('%s operations "%s" have the key "%s"', count(*), name, key),
         'Its index is damaged, perhaps by a change of the collation: delete the surplus, then reindex index operations_name_key_idx.'
    from operations
   where key is not null
   group by name, key
  having count(*) > 1
$$;
comment on function violations_of_operations() is 'The part of invariants() that begins at operations.';

create function job_advice(p_operation operations, p_position integer) returns text
  language sql stable
  set search_path from current
as $$
  select format('delete from %1$I.jobs where operation_id = %2$s; ', current_schema(), p_operation.id)
    || case
         when p_operation.parked_at is not null and a.position is null then format(
           'insert into %1$I.jobs (operation_id, run_at, steps_left, priority, queue, handler) '
           'select id, ''infinity'', step_limit, priority, queue, name || ''/'' from %1$I.operations where id = %2$s; -- parks it again',
           current_schema(), p_operation.id
         )
         else format(
           'update %1$I.operations set parked_at = null where id = %2$s; '
           'select %1$I.point_at(o, %3$s) from %1$I.operations o where id = %2$s; -- writes its job anew, at that action',
           current_schema(), p_operation.id, coalesce(a.position::text, 'POSITION')
         )
       end
    from (
      select min(position) filter (where position = p_position) as here, min(position) filter (where branch = 'main') as first
        from actions
       where operation_id = p_operation.id and completed_at is null and skipped_at is null
    ) as open
   cross join lateral (select coalesce(open.here, open.first) as position) as a
$$;
comment on function job_advice(operations, integer) is
  'Statements that write the job of an active operation anew: where it stood if that action is open, else at the first open one of main.';

create function violations_of_jobs() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  with clock as materialized (
    select now, exists (
             select from workers where heartbeat_at + lease > now and started_at < now - interval '1 minute'
           ) as has_rescuers
      from clock_now() as now
  )
  select 'active_means_one_job', coalesce(o.id, j.operation_id), j.position, j.worker_id,
         case
           when o.id is null then 'there is a job without an operation'
           when j.operation_id is null then 'active, without a job: nobody will ever run it'
           else format('%s, but it has a job', o.state)
         end,
         case
           when j.operation_id is null then job_advice(o, null)
           else format('delete from %I.jobs where operation_id = %s; -- nothing else needs it', current_schema(), j.operation_id)
         end
    from operations o
    full join jobs j on j.operation_id = o.id
   where (o.state = 'active') is distinct from (j.operation_id is not null)
  union all
  select 'job_waits_at_an_open_action', j.operation_id, j.position, j.worker_id,
         case
           when j.position is null then 'its job points nowhere, though it is not parked'
           when o.parked_at is not null then 'parked, though its job points to an action'
           when a.position is null then 'its job points to an action that is not there'
           else 'its job points to an action that has ended'
         end,
         job_advice(o, j.position)
    from jobs j
    join operations o on o.id = j.operation_id and o.state = 'active'
    left join actions a on a.operation_id = j.operation_id and a.position = j.position
   where case
     when j.position is null then
       o.parked_at is null or j.worker_id is not null or exists (select from actions x where x.operation_id = j.operation_id)
     else o.parked_at is not null or a.position is null or a.completed_at is not null or a.skipped_at is not null
   end
  union all
  select 'claims_belong_to_workers', j.operation_id, j.position, j.worker_id,
         case
           when (j.worker_id is null) <> (j.claim_id is null) or (j.worker_id is null) <> (j.claimed_at is null) then 'it is half claimed'
           when w.id is null then 'its job is held by a worker that is not there'
           else format('its job is held by %s pid %s, whose lease ended at %s', w.host, w.pid, w.heartbeat_at + w.lease)
         end,
         case
           when (j.worker_id is null) <> (j.claim_id is null) or (j.worker_id is null) <> (j.claimed_at is null) then job_advice(o, j.position)
           when w.id is not null then 'Living workers rescue it within seconds, unless somebody has the row of the job or the worker locked: look into pg_locks.'
           else format('select %I.record_crashes(''{%s}'', ''unknown''); -- frees it: the attempt counts as crashed', current_schema(), j.operation_id)
         end
    from jobs j
    join operations o on o.id = j.operation_id and o.state = 'active'
   cross join clock
    left join workers w on w.id = j.worker_id
   where (j.worker_id is null) <> (j.claim_id is null)
      or (j.worker_id is null) <> (j.claimed_at is null)
      or j.worker_id is not null and w.id is null
      or has_rescuers and w.heartbeat_at + w.lease + greatest(w.lease, interval '1 minute') < now
  union all
  select 'job_can_be_claimed', j.operation_id, j.position, j.worker_id,
         case
           when j.queue !~ '^[a-z0-9_.-]{1,100}$' or j.queue <> coalesce(a.queue, o.queue) then format('its job waits in queue "%s"', j.queue)
           when j.priority not between 0 and 9 then format('its job has priority %s', j.priority)
           when j.handler <> e.handler then format('its job waits for a worker that knows "%s" instead of "%s"', j.handler, e.handler)
           when isfinite(j.run_at) is distinct from (j.position is not null) then format('its job waits until %s', j.run_at)
           when j.steps_left < 1 or j.crashes not between 0 and 2 then format('its job has %s steps left and %s crashes behind it', j.steps_left, j.crashes)
           else format('its job follows definition %s, which is not there', j.definition_id)
         end,
         job_advice(o, j.position)
    from jobs j
    join operations o on o.id = j.operation_id and o.state = 'active'
    left join actions a on a.operation_id = j.operation_id and a.position = j.position
   cross join lateral (
     select case when o.branches is null then o.name else '' end || '/' || case when j.position is null then '' else a.name end as handler
   ) as e
   where j.queue !~ '^[a-z0-9_.-]{1,100}$'
      or j.queue <> coalesce(a.queue, o.queue)
      or j.priority not between 0 and 9
      or j.handler <> e.handler
      or isfinite(j.run_at) is distinct from (j.position is not null)
      or j.steps_left < 1
      or j.crashes not between 0 and 2
      or j.definition_id is not null and not exists (select from definitions d where d.id = j.definition_id)
  union all
  select 'claims_are_unique', min(operation_id), min(position), null,
         case when count(*) > 1 then format('claim %s was given %s times', claim_id, count(*)) else format('claim %s was never given', claim_id) end,
         'A sequence was set back, perhaps by a restore: select setval(''claim_ids'', N) with an N above all claim ids.'
    from (
      select claim_id, operation_id, position from jobs where claim_id is not null
      union all
      select completed_claim_id, operation_id, position from actions where completed_claim_id is not null
    ) as given
   cross join lateral (select last_value from claim_ids) as s
   group by claim_id, last_value
  having count(*) > 1 or claim_id > last_value
$$;
comment on function violations_of_jobs() is 'The part of invariants() that begins at jobs.';

create function violations_of_actions() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  select 'action_is_in_one_state', a.operation_id, a.position, null::bigint,
         case
           when a.completed_at is not null and a.skipped_at is not null then 'it is completed and skipped'
           when a.completed_at is null then 'it has an error, but no time of it'
           when a.errored_at is not null or a.error_type is not null then 'it is completed, but carries an error'
           when a.completed_claim_id is null or a.started_at is null then 'it is completed, but nobody claimed it'
           else 'it was completed before the operation was enqueued'
         end,
         'Look at the operation: action_status and attempts tell what happened. Then correct the row.'
    from actions a
    join operations o on o.id = a.operation_id
   where a.completed_at is not null and (
           a.skipped_at is not null
           or coalesce(a.errored_at::text, a.error_type, a.error_message, a.stack_trace) is not null
           or a.completed_claim_id is null
           or a.started_at is null
           -- A clock that was set back a little is no fault of the tables.
           or a.completed_at < o.created_at - interval '1 minute'
         )
      or a.errored_at is null and coalesce(a.error_type, a.error_message, a.stack_trace) is not null
  union all
  select 'branch_runs_in_order', a.operation_id, a.position, null,
         format('%s/%s has ended, though %s before it is open', a.branch, a.name, b.name),
         'run_from(id, branch, action) runs the branch from the open action on.'
    from actions a
    join actions b on b.operation_id = a.operation_id and b.position = a.position - 1 and b.branch = a.branch
   where (a.completed_at is not null or a.skipped_at is not null) and b.completed_at is null and b.skipped_at is null
  union all
  select 'plan_is_complete', operation_id, min(position), null,
         format('branch "%s" lies in pieces', branch),
         'Correct the branch of the actions that lie apart.'
    from actions
   group by operation_id, branch
  having max(position) - min(position) + 1 <> count(*)
  union all
  select 'plan_is_complete', null, null, null,
         case
           when count(*) filter (where d.current) = 0 then format('no definition of "%s" is the current one', d.name)
           else format('a definition of "%s" does not have exactly one first action', d.name)
         end,
         'Start a worker that knows it: it registers its plan.'
    from definitions d
    left join lateral (select count(*) as count from definition_actions a where a.definition_id = d.id and a.starts) as start on true
   group by d.name
  having count(*) filter (where d.current) = 0 or bool_or(start.count <> 1)
$$;
comment on function violations_of_actions() is 'The part of invariants() that begins at actions and definitions.';

create function violations_of_attempts() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  -- 1. Numbers: they begin at 1, an attempt that counted is followed by the next number, one that gave its number back by the same.
  select 'attempts_are_recorded', t.operation_id, t.position, t.worker_id,
         case
           when a.position is null or t.run > a.run then format('attempt %s.%s (%s) is of an action or a run that is not there', t.run, t.attempt, t.outcome)
           else format('attempt %s.%s (%s) follows %s', t.run, t.attempt, t.outcome, coalesce(format('attempt %s (%s)', attempt_before, outcome_before), 'none'))
         end,
         'A row of attempts was lost, or written by hand: the history is not complete.'
    from (
      select t.operation_id, t.position, t.run, t.attempt, t.outcome, t.worker_id,
             lag(t.attempt) over budget as attempt_before,
             lag(t.outcome) over budget as outcome_before
        from attempts t
       window budget as (partition by t.operation_id, t.position, t.run, t.outcome = 'refused' order by t.id)
    ) as t
    left join actions a on a.operation_id = t.operation_id and a.position = t.position
   where a.position is null
      or t.run > a.run
      or case
           when t.outcome = 'refused' then t.attempt <> 0
           else t.attempt is distinct from case
             when outcome_before is null then 1
             when outcome_before in ('failed', 'timed_out', 'crashed', 'cancelled') then attempt_before + 1
             when outcome_before in ('snoozed', 'released') then attempt_before
           end
         end
  union all
  -- 2. Counts: what an action says of its attempts is in the history.
  select 'attempts_are_recorded', a.operation_id, a.position, null,
         case
           when a.attempts_count not between 0 and a.max_attempts then format('it has had %s of %s attempts', a.attempts_count, a.max_attempts)
           else format('it counts %s attempts, but the history does not have them', a.attempts_count)
         end,
         'A row of attempts was lost, or the count was written by hand: the history is not complete.'
    from actions a
    left join lateral (
      select t.attempt, t.outcome
        from attempts t
       where t.operation_id = a.operation_id and t.position = a.position and t.run = a.run and t.outcome <> 'refused'
         and (a.completed_at is not null or t.attempt = a.earlier_attempts + a.attempts_count and t.outcome in ('failed', 'timed_out', 'crashed', 'cancelled'))
       order by t.id desc
       limit 1
    ) as last on a.attempts_count > case when a.completed_at is null then 0 else 1 end
   where a.attempts_count > a.max_attempts
      or a.attempts_count < case when a.completed_at is null then 0 else 1 end
      or a.attempts_count > 0 and a.completed_at is null and last.attempt is null
      or a.attempts_count > 1 and a.completed_at is not null
        and a.earlier_attempts + a.attempts_count is distinct from last.attempt + case when last.outcome in ('snoozed', 'released') then 0 else 1 end
  union all
  -- 3. A job has begun the attempts that its action counts, and one more where it is claimed.
  select 'attempts_are_recorded', j.operation_id, j.position, j.worker_id,
         format('its job is at attempt %s of %s, after %s that ended', j.attempt, a.max_attempts, a.attempts_count),
         format('select %1$I.point_at(o, %2$s) from %1$I.operations o where id = %3$s; -- gives it a fresh budget, once nobody holds it',
                current_schema(), j.position, j.operation_id)
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
   cross join lateral (select j.attempt - case when j.worker_id is null then 0 else 1 end as ended) as n
   where n.ended not between 0 and a.max_attempts - 1
      or n.ended > 0 and n.ended <> a.attempts_count
  union all
  -- 4. Groups: what has failed counts in failures once, by the attempt that ended it, and nothing else does.
  select 'failures_are_grouped', coalesce(o.id, t.operation_id), coalesce(t.position, o.stopped_position), null,
         case
           when o.id is null then 'failures counts it, though it has not failed'
           when t.operation_id is null then 'it has failed, but failures does not count it'
           else 'failures counts it by another attempt than the one that ended it'
         end,
         format('update %1$I.attempts set fingerprint = null where operation_id = %2$s; ', current_schema(), coalesce(o.id, t.operation_id))
         || case
              when o.id is null then '-- it goes on, or has ended otherwise'
              else format('with last as (select max(id) as id from %1$I.attempts where operation_id = %2$s and ends_operation) '
                          'update %1$I.attempts t set fingerprint = %1$I.failure_fingerprint(t) from last where t.id = last.id; -- counts it',
                          current_schema(), o.id)
            end
    from (select id, ended_at, stopped_position from operations where state = 'failed') as o
    full join (
      select operation_id, count(*) as count, min(ended_at) as ended_at, min(position) as position
        from attempts
       where fingerprint is not null
       group by operation_id
    ) as t on t.operation_id = o.id
   where t.count > 1
      or o.id is null and exists (select from operations x where x.id = t.operation_id)
      -- A failed operation that lacks the attempt itself is told above.
      or (t.ended_at, t.position) is distinct from (o.ended_at, o.stopped_position) and exists (
        select from attempts y
         where y.operation_id = o.id and y.ends_operation and y.ended_at = o.ended_at and y.position = o.stopped_position
      )
$$;
comment on function violations_of_attempts() is 'The part of invariants() that counts attempts.';

create function violations_of_the_schema() returns setof violation
  language sql stable
  set search_path from current
as $$
  select 'schema_is_sound', null::bigint, null::integer, null::bigint, detail, advice
    from (
      -- 1. An index that is being built right now is not valid yet.
      select format('index %s is not valid', i.indexrelid::regclass) as detail,
             format('reindex index concurrently %s;', i.indexrelid::regclass) as advice
        from pg_index i
        join pg_class c on c.oid = i.indrelid and c.relnamespace = current_schema()::regnamespace
       where not (i.indisvalid and i.indisready and i.indislive)
         and not exists (
           select from pg_stat_progress_create_index p where p.datname = current_database() and coalesce(p.relid, i.indrelid) = i.indrelid
         )
      union all
      select format('constraint %s of %s is not validated', conname, conrelid::regclass),
             format('alter table %s validate constraint %I;', conrelid::regclass, conname)
        from pg_constraint
       where connamespace = current_schema()::regnamespace and not convalidated
      union all
      select format('function %s takes its tables from the caller''s search_path', oid::regprocedure),
             format('alter function %s set search_path = %I, pg_temp;', oid::regprocedure, current_schema())
        from pg_proc
       where pronamespace = current_schema()::regnamespace
         and prosqlbody is null
         and not exists (
           select from unnest(proconfig) as setting where replace(setting, '"', '') = format('search_path=%s, pg_temp', current_schema())
         )
      union all
      select format('function %s runs with the rights of its owner, and everybody may call it', oid::regprocedure),
             format('revoke execute on function %s from public;', oid::regprocedure)
        from pg_proc
       where pronamespace = current_schema()::regnamespace
         and prosecdef
         and prorettype <> 'trigger'::regtype
         and exists (
           select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0 and privilege_type = 'EXECUTE'
         )
      union all
      select format('the trigger %s is missing or switched off: %s', t.name, t.meaning),
             format('alter table operations enable trigger %s;', t.name)
        from (
          values ('operations_expand', 'an INSERT starts nothing'),
                 ('operations_take_along', 'a DELETE leaves jobs and actions behind'),
                 ('operations_take_along_all', 'a TRUNCATE leaves jobs and actions behind')
        ) as t (name, meaning)
       where not exists (
         select from pg_trigger where tgrelid = 'operations'::regclass and tgname = t.name and tgenabled in ('O', 'A')
       )
      union all
      select format('row level security is on for table %s%s', c.oid::regclass, case
               when c.relforcerowsecurity then ', even for its owner, as whom the functions of this schema run'
               else ' and it has no policy: nobody but its owner sees or inserts a row'
             end),
             format('alter table %s no force row level security, disable row level security; or backops migrate up, as its owner', c.oid::regclass)
        from pg_class c
       where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
         and c.relrowsecurity
         and (c.relforcerowsecurity or not exists (select from pg_policy p where p.polrelid = c.oid))
      union all
      select format('table %s is unlogged: a crash of the server empties it', oid::regclass),
             format('alter table %s set logged;', oid::regclass)
        from pg_class
       where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and relpersistence <> 'p'
      union all
      select format('table %s is published without a replica identity: nothing in it can be updated or deleted', c.oid::regclass),
             format('alter table %s replica identity default;', c.oid::regclass)
        from pg_class c
       where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and c.relreplident = 'n'
         and exists (
           select from pg_publication_tables t join pg_publication p on p.pubname = t.pubname and (p.pubupdate or p.pubdelete)
            where t.schemaname = current_schema() and t.tablename = c.relname
         )
      union all
      select format('table %s has the rule %s: PostgreSQL does something else than the engine asks for', ev_class::regclass, rulename),
             format('drop rule %I on %s;', rulename, ev_class::regclass)
        from pg_rewrite r
        join pg_class c on c.oid = r.ev_class and c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
      union all
      select format('%s belongs to %s, operations to %s', o.name, pg_get_userbyid(o.owner), pg_get_userbyid(t.relowner)),
             'Give everything in this schema to one role: alter … owner to ….'
        from (
          select relname::text as name, relowner as owner from pg_class where relnamespace = current_schema()::regnamespace
          union all
          select oid::regprocedure::text, proowner from pg_proc where pronamespace = current_schema()::regnamespace
        ) as o
        join pg_class t on t.oid = 'operations'::regclass and t.relowner <> o.owner
    ) as found
$$;
comment on function violations_of_the_schema() is 'The part of invariants() that looks at the schema itself.';

create function invariants() returns setof violation
  language sql stable
  set search_path from current
as $$
  select * from violations_of_operations()
  union all
  select * from violations_of_jobs()
  union all
  select * from violations_of_actions()
  union all
  select * from violations_of_attempts()
  union all
  select * from violations_of_the_schema()
$$;
comment on function invariants() is
  'Everything that must not be, as rows; none where all is well. It locks nothing, may run beside workers at any time, and reads every table once or twice. '
  'active_means_one_job: active is to have exactly one job, ended is to have none. '
  'job_waits_at_an_open_action: a job points to an action of its operation that has not ended, or the operation is parked. '
  'claims_belong_to_workers: who holds a job is a worker whose lease runs, or ended so lately that nobody can have rescued it yet. '
  'claims_are_unique: no claim was given twice, and none before it was drawn. '
  'job_can_be_claimed: queue, priority, time and handler of a job are what a claim looks for. '
  'attempts_are_recorded: attempts are within their limit, and whatever did not succeed is in the history, numbered without gaps. '
  'action_is_in_one_state: completed, skipped, failed or open, never two of these. '
  'branch_runs_in_order: what has ended in a branch lies before what is open. '
  'completed_means_done: no action of main is open, and the last one ended when the operation did. '
  'failures_are_grouped: the view failures counts what has failed, once each, and nothing else. '
  'stop_is_recorded: a failed operation has the error that ended it, and a cancelled one the action where it goes on. '
  'keys_are_unique: one operation per name and key. '
  'plan_is_complete: positions are 1 to n, branches are whole, and there is a main. '
  'schema_is_sound: indexes valid, constraints validated, search_path pinned, triggers on, one owner, no rights for everybody, no row level '
  'security without a policy, no unlogged table, no rules, and a replica identity for what is published. '
  'What actions did elsewhere cannot be seen from here.';
