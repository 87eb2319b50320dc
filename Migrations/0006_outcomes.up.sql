-- Outcomes: what became of a claimed action. Every function names worker and claim, and changes nothing where they do not
-- hold the job any more.
--
-- Lock order, of everything in this schema: jobs in operation_id order, then operations in id order. Actions and attempts need
-- no locks of their own: whoever holds the job, or the ended operation, owns them.

create function without_keys(p_globals jsonb, p_keys jsonb) returns jsonb
  language sql immutable
  return p_globals - array(select jsonb_array_elements_text(p_keys));
comment on function without_keys(jsonb, jsonb) is 'The document without the keys that the JSON array lists.';

create function patched(p_globals jsonb, p_patch jsonb) returns jsonb
  language sql immutable
  return case when p_patch ? 'unset' then without_keys(p_globals, p_patch -> 'unset') else p_globals end
    || coalesce(p_patch -> 'set', '{}');
comment on function patched(jsonb, jsonb) is 'The document after a patch {"set": {…}, "unset": [keys]}.';

create function is_patch(p_patch jsonb) returns boolean
  language sql immutable
  return case when jsonb_typeof(p_patch) = 'object'
    then p_patch - 'set' - 'unset' = '{}' and coalesce(jsonb_typeof(p_patch -> 'set'), 'object') = 'object'
      and coalesce(jsonb_typeof(p_patch -> 'unset'), 'array') = 'array'
    else false
  end;
comment on function is_patch(jsonb) is 'Whether a document is a patch of globals: {"set": {…}, "unset": [keys]}, either of them optional.';

create function check_patches(p_patches jsonb[]) returns void
  language plpgsql immutable
  set search_path from current
as $$
begin
  if exists (select from unnest(p_patches) as patch where patch is not null and not is_patch(patch)) then
    raise exception using errcode = 'OP004', message = 'a patch of the globals cannot be read',
      hint = 'Write {"set": {"key": value}, "unset": ["key"]}; either may be left out.';
  end if;
end
$$;
comment on function check_patches(jsonb[]) is 'Refuses what is no patch of globals (SQLSTATE OP004).';

create function fits(p_operation_id bigint, p_patch jsonb) returns boolean
  language plpgsql stable
  set search_path from current
as $$
begin
  return (
    select pg_column_size(document) <= 1048576
       and (pg_column_size(document) < 4096 or not document @? 'strict $.**{512} ? (@.type() == "array" || @.type() == "object")')
      from operations
     cross join lateral patched(globals, p_patch) as document
     where id = p_operation_id
  );
end
$$;
comment on function fits(bigint, jsonb) is 'Whether the globals of an operation are still what globals_document allows after a patch: at most 1 MiB, and 512 deep.';

create function time_after(p_time timestamptz, p_delay interval) returns timestamptz
  language sql stable
  return case
    when extract(epoch from p_delay) between -100000000000 and 100000000000 then p_time + elapsed(p_delay)
    when p_delay is not null then 'infinity'
  end;
comment on function time_after(timestamptz, interval) is 'A time and a delay; infinity, which nobody can wait for, where the sum is thousands of years away.';

-- A claim that is given twice would be answered twice, and one of the answers could not be true.
create function check_batch(p_operation_ids bigint[], p_claim_ids bigint[], variadic p_lengths integer[]) returns void
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_length integer := cardinality(p_operation_ids);
begin
  if v_length is null or v_length is distinct from cardinality(p_claim_ids) or v_length <> any (p_lengths) then
    raise exception using errcode = 'OP004', message = 'the arrays of a batch must have the same length',
      hint = 'Give one operation and one claim for every action, and null for what an action does not have.';
  end if;
  if array_position(p_operation_ids, null) is not null
    or (select count(distinct claim_id) from unnest(p_claim_ids) as claim_id) < v_length
  then
    raise exception using errcode = 'OP004', message = 'a batch must name operations and claims, each claim once';
  end if;
end
$$;
comment on function check_batch(bigint[], bigint[], integer[]) is
  'Refuses a batch whose arrays differ in length, lack an id, or name a claim twice (SQLSTATE OP004). A length that is null is that of an array that was left out.';

create function refuse_single(p_count integer, p_message text) returns void
  language plpgsql immutable
  set search_path from current
as $$
begin
  if p_count = 1 then
    raise exception using errcode = 'OP004', message = p_message;
  end if;
end
$$;
comment on function refuse_single(integer, text) is 'Refuses an outcome that cannot be recorded, if it stands alone (SQLSTATE OP004): of several it is set aside.';

-- Locks: the operation's row; the caller holds its job.
create function end_operation(p_operation_id bigint, p_state text, p_position integer, p_now timestamptz, p_reason text default null) returns void
  language plpgsql
  set search_path from current
as $$
begin
  update operations
     set state = p_state, ended_at = p_now, stopped_position = p_position, stop_reason = p_reason, parked_at = null
   where id = p_operation_id;
  delete from jobs where operation_id = p_operation_id;
end
$$;
comment on function end_operation(bigint, text, integer, timestamptz, text) is 'Ends an active operation as failed or cancelled at an action.';

-- Locks: as end_operation.
create function refuse_action(p_operation_id bigint, p_error_type text, p_message text, p_position integer default null) returns void
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_action record;
begin
  update actions
     set errored_at = v_now, error_type = p_error_type, error_message = p_message, stack_trace = null
   where operation_id = p_operation_id
     and position = coalesce(p_position, (select j.position from jobs j where j.operation_id = p_operation_id))
  returning position, run into v_action;
  insert into attempts (operation_id, position, run, attempt, outcome, ends_operation, ended_at, error_type, error_message)
    values (p_operation_id, v_action.position, v_action.run, 0, 'refused', true, v_now, p_error_type, p_message);
  perform end_operation(p_operation_id, 'failed', v_action.position, v_now);
end
$$;
comment on function refuse_action(bigint, text, text, integer) is
  'Fails an operation at an action, else the one that its job is at, which cannot start at all: the step limit, or a time that is none.';

-- Locks: as end_operation.
create function refuse_next(p_operation_id bigint, p_position integer, p_patch jsonb, p_problem text) returns text
  language plpgsql
  set search_path from current
as $$
begin
  if p_patch is not null then
    update operations set globals = patched(globals, p_patch) where id = p_operation_id;
  end if;
  perform refuse_action(p_operation_id, p_problem, problem_message(p_problem), p_position);
  return 'failed';
end
$$;
comment on function refuse_next(bigint, integer, jsonb, text) is
  'What complete_many does with an operation whose next action cannot start, after the patch of the one that completed; returns the outcome.';

create function position_after(p_operation_id bigint, p_branch text, p_position integer) returns integer
  language plpgsql stable
  set search_path from current
as $$
begin
  return coalesce(
    (select s.position from actions s where s.operation_id = p_operation_id and s.position = p_position + 1 and s.branch = p_branch),
    (
      select m.position
        from actions m
       where m.operation_id = p_operation_id and m.branch = 'main' and m.completed_at is null and m.skipped_at is null
       order by m.position
       limit 1
    )
  );
end
$$;
comment on function position_after(bigint, text, integer) is
  'Where an operation goes on after an action of a side branch: the next of that branch, else the first that main has left.';

create function find_position(p_operation_id bigint, p_branch text, p_action text default null) returns integer
  language plpgsql stable
  set search_path from current
as $$
declare
  v_position integer;
begin
  select min(position) into v_position
    from actions
   where operation_id = p_operation_id and branch = p_branch and (p_action is null or name = p_action);
  if v_position is null then
    raise exception using errcode = 'OP005',
      message = format('operation %s has no %s', p_operation_id, concat_ws('/', p_branch, p_action)),
      hint = coalesce((
        select 'It has ' || string_agg(branch || '/' || name, ', ' order by position) || '.' from actions where operation_id = p_operation_id
      ), 'It has no actions: does it exist, and has somebody registered its name?');
  end if;
  return v_position;
end
$$;
comment on function find_position(bigint, text, text) is
  'The position of an action in its branch (the first of that name), or of a branch''s first action; SQLSTATE OP005 where there is none.';

-- Locks: the actions of operations whose jobs the caller holds.
create function apply_jump(p_operation_id bigint, p_target integer, p_now timestamptz) returns void
  language plpgsql
  set search_path from current
as $$
declare
  v_branch text;
begin
  select branch into v_branch from actions where operation_id = p_operation_id and position = p_target;
  if not found then
    raise exception using errcode = 'OP005', message = format('operation %s has no action at position %s', p_operation_id, p_target);
  end if;
  -- 1. What the jump passes over is skipped, and does not come back by itself.
  update actions
     set skipped_at = p_now
   where operation_id = p_operation_id and branch = v_branch and position < p_target and completed_at is null and skipped_at is null;
  -- 2. What has been tried, and is left for now, has a fresh budget of attempts when the operation comes back to it.
  update actions
     set earlier_attempts = earlier_attempts + attempts_count, attempts_count = 0
   where operation_id = p_operation_id and attempts_count > 0 and completed_at is null and skipped_at is null;
  -- 3. What has ended from the target on begins a new run; the completion that it replaces stays in the history.
  insert into attempts (operation_id, position, run, attempt, outcome, claim_id, started_at, ended_at)
    select operation_id, position, run, earlier_attempts + attempts_count, 'completed', completed_claim_id, started_at, completed_at
      from actions
     where operation_id = p_operation_id and branch = v_branch and position >= p_target and completed_at is not null
     order by position;
  update actions
     set run = run + 1, attempts_count = 0, earlier_attempts = 0, started_at = null, completed_at = null, skipped_at = null,
         errored_at = null, error_type = null, error_message = null, stack_trace = null
   where operation_id = p_operation_id and branch = v_branch and position >= p_target and (completed_at is not null or skipped_at is not null);
end
$$;
comment on function apply_jump(bigint, integer, timestamptz) is
  'Makes a position the next one of its branch: open actions before it are skipped, and whatever ended from it on is opened for a new run.';

create function problem_message(p_problem text) returns text
  language sql immutable
  return case p_problem
    when 'StepLimit' then 'the operation has completed as many actions as its step limit allows; does a jump go round in circles? '
      'retry lets it go on for as many again'
    when 'InvalidPerformAt' then 'the global that holds the time of this action is not text such as "2027-01-01T08:00:00Z"; '
      'set it with set_global, then retry'
  end;
comment on function problem_message(text) is 'What an operator is told when an action cannot start.';

create function missed_claim(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint) returns text
  language plpgsql
  set search_path from current
as $$
begin
  if exists (
      select from jobs j
        join actions a on a.operation_id = j.operation_id and a.position = j.position
        join operations o on o.id = j.operation_id
       where j.operation_id = p_operation_id and j.worker_id = p_worker_id and j.claim_id = p_claim_id
    )
    and exists (select from workers where id = p_worker_id and heartbeat_at + lease > clock_now())
  then
    return 'busy';
  end if;
  if exists (
    select from actions a join operations o on o.id = a.operation_id where a.operation_id = p_operation_id and a.completed_claim_id = p_claim_id
  ) then
    -- Nobody shall be told so by a server whose standby takes over without knowing of it.
    perform await_standby();
    return 'done';
  end if;
  return 'stale';
end
$$;
comment on function missed_claim(bigint, bigint, bigint) is
  'Why an outcome was not taken: busy (somebody has the row locked: call again), done (this claim completed its action before), stale '
  '(the job is not the worker''s any more: stop).';

create function lost_claims(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[]) returns setof bigint
  language plpgsql stable
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_claim_ids));
  return query
    select i.claim_id
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     where not exists (
       select from jobs j where j.operation_id = i.operation_id and j.worker_id = p_worker_id and j.claim_id = i.claim_id
     );
end
$$;
comment on function lost_claims(bigint, bigint[], bigint[]) is
  'Those of the claims that the worker does not hold any more: what it asks when it may have missed that one was taken away.';

-- Locks: the jobs, in operation_id order; one that somebody else has locked is left out and reported as busy, so that a foreign
-- lock stalls one operation and not the batch. Then the operations that change, in the same order.
--
-- Only nested loops over indexes are allowed: they keep that order, and a plan made while the tables were empty must not scan
-- them when they are full. A whole index read in order would do as badly as a table, so nothing leaves the planner that choice:
-- rows are read by lateral queries that it cannot turn round, and written by a condition that cannot be merged, "= any (array[…])".
-- No statistics could make a better plan, so a session makes it once; and to compile it takes longer than to run it a thousand times.
create function complete_many(
  p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_patches jsonb[], p_jumps integer[],
  p_continue boolean default true, p_globals_versions bigint[] default null
) returns table (
  operation_id bigint, claim_id bigint, outcome text, next_claim_id bigint, "position" integer, run integer, max_attempts integer,
  timeout_ms bigint, branch text, action text, globals jsonb, globals_version bigint, attempt integer
)
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_worker_id bigint;
  v_handlers text[];
  v_is_missing boolean;
  v_paused text[];
  v_jump record;
  v_invalid bigint[] := '{}';
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_patches), cardinality(p_jumps), cardinality(p_globals_versions));
  -- What cannot be done is an error where it stands alone; of many, it does not take the others with it.
  if cardinality(p_operation_ids) = 1 then
    perform check_patches(p_patches);
  elsif cardinality(array_remove(p_patches, null)) > 0 or cardinality(array_remove(p_jumps, null)) > 0 then
    -- Large globals are put together to see. Others cannot grow beyond the limit: what a row holds in less than 2 kB is not compressed, and
    -- what is compressed was 250 times as large at the most.
    select coalesce(array_agg(i.claim_id), '{}') into v_invalid
      from unnest(p_operation_ids, p_claim_ids, p_patches, p_jumps) as i (operation_id, claim_id, patch, target)
      left join lateral (select pg_column_size(globals) as size from operations where id = i.operation_id offset 0) as o on i.patch is not null
     where case
       when i.target is not null and not exists (select from actions where operation_id = i.operation_id and position = i.target) then true
       when i.patch is null then false
       when not is_patch(i.patch) then true
       when o.size <= 2000 and pg_column_size(i.patch) <= 500000
         and (pg_column_size(i.patch) < 4096 or not i.patch @? 'strict $.**{513} ? (@.type() == "array" || @.type() == "object")') then false
       else not fits(i.operation_id, i.patch)
     end;
  end if;
  -- Nothing is held without a lease. A queue that is paused is no lane to go on in.
  select id, handlers, missing_since is not null,
         array(select name from paused_queues)
    into v_worker_id, v_handlers, v_is_missing, v_paused
    from workers where id = p_worker_id and heartbeat_at + lease > v_now;
  if v_is_missing then
    perform show_life(p_worker_id);
  end if;

  -- 1. Actions that jump are completed, and what they jump to is opened.
  if cardinality(array_remove(p_jumps, null)) > 0 then
    for v_jump in
      select i.target, j.*
        from (select * from unnest(p_operation_ids, p_claim_ids, p_jumps) as i (operation_id, claim_id, target) order by operation_id) as i
       cross join lateral (
         select j.operation_id, j.position, j.attempt, j.claim_id, j.claimed_at
           from jobs j
          where j.operation_id = i.operation_id and j.worker_id = v_worker_id and j.claim_id = i.claim_id
            for update skip locked
       ) as j
       where i.target is not null and j.claim_id <> all (v_invalid)
    loop
      update actions
         set started_at = v_jump.claimed_at, completed_at = v_now, completed_claim_id = v_jump.claim_id, attempts_count = v_jump.attempt,
             errored_at = null, error_type = null, error_message = null, stack_trace = null
       where operation_id = v_jump.operation_id and position = v_jump.position;
      perform apply_jump(v_jump.operation_id, v_jump.target, v_now);
    end loop;
  end if;

  -- 2. The others are completed; every operation moves on, or ends.
  return query
    with held as materialized (
      select i.patch, i.target, i.known_version, j.*
        from (
          select *
            from unnest(p_operation_ids, p_claim_ids, p_patches, p_jumps, p_globals_versions)
              as i (operation_id, claim_id, patch, target, known_version)
           where i.claim_id <> all (v_invalid)
           order by operation_id
        ) as i
       cross join lateral (
         select j.operation_id, j.claim_id, j.position, j.attempt, j.claimed_at, j.queue, j.handler, j.steps_left
           from jobs j
          where j.operation_id = i.operation_id and j.worker_id = v_worker_id and j.claim_id = i.claim_id
            for update skip locked
       ) as j
    ),
    completed as (
      update actions a
         set started_at = h.claimed_at, completed_at = v_now, completed_claim_id = h.claim_id, attempts_count = h.attempt,
             errored_at = null, error_type = null, error_message = null, stack_trace = null
        from held h
       where h.target is null and a.operation_id = any (array[h.operation_id]) and a.position = h.position
      returning h.*, a.branch, a.name
    ),
    done as (
      select * from completed
      union all
      select h.*, a.branch, a.name
        from held h
       cross join lateral (
         select a.branch, a.name
           from actions a
          where a.operation_id = h.operation_id and a.position = h.position and a.completed_claim_id = h.claim_id
         offset 0
       ) as a
       where h.target is not null
    ),
    following as materialized (
      select d.operation_id, d.claim_id, d.patch, o.globals, d.known_version, o.version, n.position as next_position, n.run, n.earlier_attempts, n.max_attempts, n.timeout, n.branch, n.name,
             n.queue, n.handler, n.due,
             case
               when n.position is null then null
               when d.steps_left <= 1 then 'StepLimit'
               when n.due = 'infinity' then 'InvalidPerformAt'
             end as problem,
             -- Given, it is this worker's next claim; else the operation goes on elsewhere, later, or not at all.
             case
               when p_continue and d.steps_left > 1 and n.due <= v_now and n.queue = d.queue and n.handler = any (v_handlers)
                 and n.queue <> all (v_paused)
                 then nextval('claim_ids')
             end as next_claim_id
        from done d
       cross join lateral (
         select o.queue, case when d.patch is null then o.globals else patched(o.globals, d.patch) end as globals,
                -- Nobody has seen the version that a patch makes below.
                case when d.patch is null then settled_version(o.xmin) end as version
           from operations o
          where o.id = d.operation_id
         offset 0
       ) as o
        left join lateral (
          select n.position, n.run, n.earlier_attempts, n.max_attempts, n.timeout, n.branch, n.name, coalesce(n.queue, o.queue) as queue,
                 left(d.handler, length(d.handler) - length(d.name)) || n.name as handler,
                 case
                   when n.perform_at is null and n.perform_in is null and n.perform_at_global is null then v_now
                   else due_at(n.perform_at, n.perform_in, n.perform_at_global, o.globals, v_now)
                 end as due
            from actions n
           where n.operation_id = d.operation_id
             and n.position = case
               when d.target is not null then d.target
               when d.branch = 'main' then d.position + 1
               else position_after(d.operation_id, d.branch, d.position)
             end
             and (n.branch = 'main' or d.branch <> 'main' or d.target is not null)
          offset 0
        ) as n on true
    ),
    changed as (
      update operations o
         set globals = case when f.patch is null then o.globals else patched(o.globals, f.patch) end,
             state = case when f.next_position is null then 'completed' else o.state end,
             ended_at = case when f.next_position is null then v_now end
        from following f
       where o.id = any (array[f.operation_id]) and f.problem is null and (f.patch is not null or f.next_position is null)
    ),
    ended as (
      delete from jobs j
       using following f
       where j.operation_id = any (array[f.operation_id]) and f.next_position is null
    ),
    moved as (
      update jobs j
         set position = f.next_position,
             handler = f.handler,
             steps_left = j.steps_left - 1,
             crashes = 0,
             progress = null,
             progress_note = null,
             attempt = case when f.next_claim_id is null then 0 else 1 end,
             worker_id = case when f.next_claim_id is not null then p_worker_id end,
             claim_id = f.next_claim_id,
             claimed_at = case when f.next_claim_id is not null then v_now end,
             queue = f.queue,
             run_at = case when f.next_claim_id is null then f.due else j.run_at end
        from following f
       where j.operation_id = any (array[f.operation_id]) and f.problem is null and f.next_position is not null
    ),
    -- Read, and thereby run, only if a job is handed on that is due already.
    woken as materialized (
      select count(wake(w.queue, w.jobs)) as queues
        from (
          select queue, count(*) as jobs
            from following
           where next_claim_id is null and problem is null and due <= v_now
           group by queue
        ) as w
    )
    select f.operation_id, f.claim_id,
           case
             when f.next_position is null then 'completed'
             -- It runs before the updates above, which leave the operation to it.
             when f.problem is not null then refuse_next(f.operation_id, f.next_position, f.patch, f.problem)
             when f.next_claim_id is not null then 'advanced'
             when f.due <= v_now and (select queues from woken) is null then null
             else 'waiting'
           end,
           f.next_claim_id, f.next_position, f.run, f.earlier_attempts + f.max_attempts, (extract(epoch from f.timeout) * 1000)::bigint,
           f.branch, f.name,
           -- Large globals cost more than all the rest, and the worker has them already unless they have changed.
           case when f.next_claim_id is not null and (f.version = f.known_version) is not true then f.globals end,
           case when f.next_claim_id is not null then f.version end,
           f.earlier_attempts + 1
      from following f
    union all
    -- The rest is told why.
    select i.operation_id, i.claim_id,
           case m.reason when 'busy' then case when i.claim_id = any (v_invalid) then 'invalid' else 'busy' end else m.reason end,
           null, null, null, null, null, null, null, null, null, null
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     cross join lateral (select missed_claim(p_worker_id, i.operation_id, i.claim_id) as reason offset 0) as m
     where i.claim_id not in (select claim_id from following);
end
$$;
comment on function complete_many(bigint, bigint[], bigint[], jsonb[], integer[], boolean, bigint[]) is
  'Completes the actions of a batch of claims, in one transaction: each with a patch of the globals ({"set": {…}, "unset": [keys]}) or null, and '
  'the position that it jumped to or null. outcome: advanced (the next action is this worker''s already, under next_claim_id), waiting (it goes on '
  'later or elsewhere), completed or failed (the operation), invalid (of several, one that cannot be done: a patch that is none, or makes the globals too '
  'large or too deep, or a position that is not there; its job is still held, complete alone says why, and fail ends the attempt), done, stale, busy (see missed_claim). Globals come with the next action, but not where p_globals_versions gives the '
  'version that they still have.';

create function complete(
  p_worker_id bigint, p_operation_id bigint, p_claim_id bigint,
  p_set jsonb default null, p_unset text[] default null, p_jump_branch text default null, p_jump_action text default null,
  p_continue boolean default true
) returns table (
  operation_id bigint, claim_id bigint, outcome text, next_claim_id bigint, "position" integer, run integer, max_attempts integer,
  timeout_ms bigint, branch text, action text, globals jsonb, attempt integer
)
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_column
declare
  v_patch jsonb;
begin
  if jsonb_typeof(p_set) <> 'object' then
    raise exception using errcode = 'OP004', message = 'p_set must be a JSON object', hint = 'Give the keys that change: {"transaction_id": "ch_42"}.';
  end if;
  if p_set is not null or p_unset is not null then
    v_patch := jsonb_build_object('set', coalesce(p_set, '{}'), 'unset', to_jsonb(coalesce(p_unset, '{}')));
  end if;
  return query
    select c.operation_id, c.claim_id, c.outcome, c.next_claim_id, c.position, c.run, c.max_attempts, c.timeout_ms, c.branch, c.action, c.globals, c.attempt
      from complete_many(
        p_worker_id, array[p_operation_id], array[p_claim_id], array[v_patch],
        array[case when p_jump_branch is not null then find_position(p_operation_id, p_jump_branch, p_jump_action) end], p_continue
      ) as c;
end
$$;
comment on function complete(bigint, bigint, bigint, jsonb, text[], text, text, boolean) is
  'complete_many for one claim, with the jump''s target by name.';

-- Locks: the jobs in operation_id order, skipping locked ones (reported as busy), then what end_operation locks.
create function fail_many(
  p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_outcomes text[], p_permanent boolean[], p_retry_after interval[],
  p_error_types text[], p_error_messages text[], p_stack_traces text[], p_ended_ago interval[] default null
) returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_worker text;
  v record;
  v_ends boolean;
  v_run_at timestamptz;
  v_seen bigint[] := '{}';
  v_secret boolean := exists (select from secret_keys);
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_outcomes), cardinality(p_permanent), cardinality(p_retry_after),
                      cardinality(p_error_types), cardinality(p_error_messages), cardinality(p_stack_traces), cardinality(p_ended_ago));
  select format('%s pid %s', host, pid) into v_worker from workers where id = p_worker_id and heartbeat_at + lease > v_now;
  if found then
    for v in
      select j.operation_id, j.claim_id, j.position, j.attempt, j.claimed_at, a.run, a.max_attempts, a.earlier_attempts, a.backoff,
             i.outcome, i.permanent, i.retry_after, i.error_type,
             greatest(j.claimed_at, least(v_now, v_now - i.ended_ago)) as ended_at,
             left(case when v_secret then concealed(j.operation_id, i.error_message) else i.error_message end, 8192) as error_message,
             left(case when v_secret then concealed(j.operation_id, i.stack_trace) else i.stack_trace end, 65536) as stack_trace
        from (
          select *
            from unnest(
                   p_operation_ids, p_claim_ids, p_outcomes, p_permanent, p_retry_after, p_error_types, p_error_messages, p_stack_traces, p_ended_ago
                 ) as i (operation_id, claim_id, outcome, permanent, retry_after, error_type, error_message, stack_trace, ended_ago)
           order by operation_id
        ) as i
       cross join lateral (
         select * from jobs j where j.operation_id = i.operation_id and j.worker_id = p_worker_id and j.claim_id = i.claim_id for update skip locked
       ) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
    loop
      v_seen := v_seen || v.claim_id;
      v_ends := coalesce(v.permanent, false) or v.attempt >= v.max_attempts;
      v_run_at := case when not v_ends then time_after(v_now, coalesce(v.retry_after, backoff_delay(v.attempt, v.backoff))) end;
      if v.outcome not in ('failed', 'timed_out') or not isfinite(v_run_at) then
        perform refuse_single(cardinality(p_operation_ids), case
          when v.outcome not in ('failed', 'timed_out') then 'an attempt fails as "failed" or "timed_out"'
          else 'a job can wait for a finite time only'
        end);
        return query select v.operation_id, v.claim_id, 'invalid', null::timestamptz;
        continue;
      end if;
      insert into attempts (operation_id, position, run, attempt, outcome, ends_operation, worker_id, worker, claim_id, started_at, ended_at,
                            error_type, error_message, stack_trace)
        values (v.operation_id, v.position, v.run, v.earlier_attempts + v.attempt, coalesce(v.outcome, 'failed'), v_ends, p_worker_id, v_worker, v.claim_id, v.claimed_at, v.ended_at,
                v.error_type, v.error_message, v.stack_trace);
      update actions
         set started_at = v.claimed_at, attempts_count = v.attempt, errored_at = v.ended_at,
             error_type = v.error_type, error_message = v.error_message, stack_trace = v.stack_trace
       where operation_id = v.operation_id and position = v.position;
      if v_ends then
        perform end_operation(v.operation_id, 'failed', v.position, v.ended_at);
      else
        perform give_back(v.operation_id, v_run_at, v.attempt);
      end if;
      return query select v.operation_id, v.claim_id, case when v_ends then 'failed' else 'retrying' end, v_run_at;
    end loop;
  end if;
  return query
    select i.operation_id, i.claim_id, missed_claim(p_worker_id, i.operation_id, i.claim_id), null::timestamptz
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     where i.claim_id <> all (v_seen);
end
$$;
comment on function fail_many(bigint, bigint[], bigint[], text[], boolean[], interval[], text[], text[], text[], interval[]) is
  'Records that attempts failed (outcome failed or timed_out). Each is tried again after retry_after, or else its backoff, until its attempts are '
  'used up or permanent says so: then the operation has failed. outcome: retrying, failed, done, stale, busy, and of several attempts invalid for one that '
  'cannot be recorded (another word than failed or timed_out, a retry_after that is not finite): its job is still held. '
  'p_ended_ago: how long ago each one ended, where the worker had something to look up before it could tell.';

create function fail(
  p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_error_type text, p_error_message text, p_stack_trace text default null,
  p_permanent boolean default false, p_retry_after interval default null, p_outcome text default 'failed'
) returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language sql
  set search_path from current
as $$
  select * from fail_many(
    p_worker_id, array[p_operation_id], array[p_claim_id], array[p_outcome], array[p_permanent], array[p_retry_after],
    array[p_error_type], array[p_error_message], array[p_stack_trace]
  )
$$;
comment on function fail(bigint, bigint, bigint, text, text, text, boolean, interval, text) is 'fail_many for one claim.';

create function give_back(p_operation_id bigint, p_run_at timestamptz, p_attempt integer) returns void
  language plpgsql
  set search_path from current
as $$
begin
  update jobs
     set worker_id = null, claim_id = null, claimed_at = null, crashes = 0, progress = null, progress_note = null,
         run_at = p_run_at, attempt = p_attempt
   where operation_id = p_operation_id;
end
$$;
comment on function give_back(bigint, timestamptz, integer) is 'Frees a claimed job, to be claimed again from p_run_at on; the caller holds it.';

-- Locks: as fail_many.
create function hand_back_many(
  p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_outcome text, p_run_at timestamptz[], p_delay interval[],
  p_began boolean default true
) returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_worker text;
  v record;
  v_run_at timestamptz;
  v_seen bigint[] := '{}';
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_run_at), cardinality(p_delay));
  select format('%s pid %s', host, pid) into v_worker from workers where id = p_worker_id and heartbeat_at + lease > v_now;
  if found then
    for v in
      select j.operation_id, j.claim_id, j.position, j.attempt, j.claimed_at, j.queue, j.run_at, j.crashes, a.run, a.earlier_attempts, i.run_at as new_run_at, i.delay
        from (
          select * from unnest(p_operation_ids, p_claim_ids, p_run_at, p_delay) as i (operation_id, claim_id, run_at, delay) order by operation_id
        ) as i
       cross join lateral (
         select * from jobs j where j.operation_id = i.operation_id and j.worker_id = p_worker_id and j.claim_id = i.claim_id for update skip locked
       ) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
    loop
      v_seen := v_seen || v.claim_id;
      v_run_at := coalesce(v.new_run_at, time_after(v_now, v.delay));
      if v_run_at is null and p_outcome = 'released' then
        v_run_at := v.run_at;
      end if;
      if isfinite(v_run_at) is not true then
        perform refuse_single(cardinality(p_operation_ids), case
          when v_run_at is null then 'a snooze must say until when, or for how long'
          else 'a job can wait for a finite time only'
        end);
        return query select v.operation_id, v.claim_id, 'invalid', null::timestamptz;
        continue;
      end if;
      if p_began then
        insert into attempts (operation_id, position, run, attempt, outcome, worker_id, worker, claim_id, started_at, ended_at)
          values (v.operation_id, v.position, v.run, v.earlier_attempts + v.attempt, p_outcome, p_worker_id, v_worker, v.claim_id, v.claimed_at, v_now);
      end if;
      perform give_back(v.operation_id, v_run_at, v.attempt - 1);
      -- A suspect that was interrupted has not shown yet that it lets its worker live.
      if p_outcome = 'released' and v.crashes > 0 then
        update jobs set crashes = v.crashes where operation_id = v.operation_id;
      end if;
      if v_run_at <= v_now then
        perform wake(v.queue, 1);
      end if;
      return query select v.operation_id, v.claim_id, p_outcome, v_run_at;
    end loop;
  end if;
  return query
    select i.operation_id, i.claim_id, missed_claim(p_worker_id, i.operation_id, i.claim_id), null::timestamptz
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     where i.claim_id <> all (v_seen);
end
$$;
comment on function hand_back_many(bigint, bigint[], bigint[], text, timestamptz[], interval[], boolean) is
  'Frees claimed jobs without costing an attempt: what snooze and release have in common. What has not even begun leaves no attempt in the history.';

create function snooze_many(
  p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_until timestamptz[], p_delay interval[]
) returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language plpgsql
  set search_path from current
as $$
begin
  return query select * from hand_back_many(p_worker_id, p_operation_ids, p_claim_ids, 'snoozed', p_until, p_delay);
end
$$;
comment on function snooze_many(bigint, bigint[], bigint[], timestamptz[], interval[]) is
  'Puts claimed actions off, each until a time or for a while, at no cost in attempts. outcome: snoozed, done, stale, busy, and of several actions '
  'invalid for one whose time is missing or not finite: its job is still held.';

create function snooze(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_delay interval)
returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language sql
  set search_path from current
as $$
  select * from hand_back_many(p_worker_id, array[p_operation_id], array[p_claim_id], 'snoozed', null, array[p_delay])
$$;
comment on function snooze(bigint, bigint, bigint, interval) is 'snooze_many for one claim.';

create function release_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_began boolean default true)
returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language plpgsql
  set search_path from current
as $$
begin
  return query select * from hand_back_many(p_worker_id, p_operation_ids, p_claim_ids, 'released', null, null, coalesce(p_began, true));
end
$$;
comment on function release_many(bigint, bigint[], bigint[], boolean) is
  'Hands claimed jobs back at once and at no cost in attempts: what a worker does that stops. p_began => false: their actions were not even '
  'begun, and no attempt is recorded. outcome: released, done, stale, busy.';

-- Locks: the worker's advisory lock, waiting for a claim of it that is under way; its jobs as fail_many; its own row.
create function unregister_worker(p_worker_id bigint) returns integer
  language plpgsql
  set search_path from current
as $$
declare
  v_ids bigint[];
  v_claims bigint[];
  v_count integer := 0;
begin
  perform pg_advisory_xact_lock(worker_lock(p_worker_id));
  select array_agg(operation_id), array_agg(claim_id) into v_ids, v_claims from jobs where worker_id = p_worker_id;
  if v_ids is not null then
    perform free_remnants(v_ids);
    select count(*) into v_count from release_many(p_worker_id, v_ids, v_claims) where outcome = 'released';
  end if;
  delete from workers where id = p_worker_id and not exists (select from jobs where worker_id = p_worker_id);
  return v_count;
end
$$;
comment on function unregister_worker(bigint) is
  'Says goodbye: hands back whatever the worker still holds, at no cost in attempts, and forgets it. Returns how many jobs that were.';

-- Locks: the job, then the operation.
create function checkpoint(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_patch jsonb) returns boolean
  language plpgsql
  set search_path from current
as $$
begin
  if p_patch is null then
    raise exception using errcode = 'OP004', message = 'a checkpoint must say what to write';
  end if;
  perform check_patches(array[p_patch]);
  perform from jobs j
     join workers w on w.id = j.worker_id and w.heartbeat_at + w.lease > clock_now()
    where j.operation_id = p_operation_id and j.worker_id = p_worker_id and j.claim_id = p_claim_id
      for update of j;
  if not found then
    return false;
  end if;
  update operations set globals = patched(globals, p_patch) where id = p_operation_id;
  return true;
end
$$;
comment on function checkpoint(bigint, bigint, bigint, jsonb) is
  'Writes a patch of the globals ({"set": {…}, "unset": [keys]}) before the action has ended, so that it survives a failure. '
  'False, and nothing written, if the claim is not the worker''s any more.';

-- Locks: the jobs, skipping locked ones.
create function report_progress(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_progress real[], p_notes text[]) returns integer
  language sql
  set search_path from current
  set jit = off
as $$
  with held as materialized (
    select j.operation_id, i.progress, left(i.note, 500) as note
      from unnest(p_operation_ids, p_claim_ids, p_progress, p_notes) as i (operation_id, claim_id, progress, note)
      join jobs j on j.operation_id = i.operation_id
      join workers w on w.id = j.worker_id and w.heartbeat_at + w.lease > clock_now()
     where j.worker_id = p_worker_id and j.claim_id = i.claim_id
     order by j.operation_id
       for update of j skip locked
  ),
  written as (
    update jobs j set progress = h.progress, progress_note = h.note from held h where j.operation_id = h.operation_id returning 1
  )
  select count(*)::integer from written
$$;
comment on function report_progress(bigint, bigint[], bigint[], real[], text[]) is 'Stores how far running actions say they are; returns how many were taken.';
