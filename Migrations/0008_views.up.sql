-- Views: what people and programs read. Columns are only added within a major version.

-- Two halves, of which a query runs one: who may see everything has the table itself, with its indexes, so that globals @> … is an
-- index look-up. For the others a condition on globals sees what they see, and so cannot be used to guess a secret. The halves have
-- no conditions of their own and the same types: only then the planner goes through them in the order of an index. The second line is true of every row,
-- and makes the planner expect few of the half that it cannot look up: else it would compile the query, for half a second.
create view visible_operations as
  select id, name, state, key, queue, priority, perform_at, step_limit, created_at, ended_at, completed_at, parked_at,
       stopped_position, stop_reason, enqueued_by, traceparent, tags, branches, globals
    from (
      select id, name::text, state::text, key::text, queue::text, priority::smallint, perform_at::timestamptz, step_limit::integer,
                 created_at, ended_at, completed_at, parked_at,
                 stopped_position, stop_reason, enqueued_by, traceparent, tags::text[], branches, globals::jsonb, true as is_whole
        from operations
       union all
      select id, name::text, state::text, key::text, queue::text, priority::smallint, perform_at::timestamptz, step_limit::integer,
                 created_at, ended_at, completed_at, parked_at,
                 stopped_position, stop_reason, enqueued_by, traceparent, tags::text[], branches, redacted(name, globals), false
        from operations
    ) as o
   where is_whole = (select sees_secrets())
     and (is_whole or id = id + 0);
comment on view visible_operations is 'The operations as the caller may see them: secret globals are redacted for all but workers and the owner.';

create view operation_status as
  select o.id,
         o.name,
         case
           when o.state <> 'active' then o.state
           when o.parked_at is not null then 'parked'
           when j.worker_id is not null then 'running'
           when j.attempt > 0 then 'retrying'
           when j.run_at > statement_now() then 'waiting'
           else 'ready'
         end as status,
         o.state,
         p.done || '/' || p.total as progress,
         a.branch || '/' || a.name as action,
         coalesce(a.earlier_attempts + coalesce(j.attempt, a.attempts_count), 0) as attempt,
         a.earlier_attempts + a.max_attempts as max_attempts,
         case when j.worker_id is null and j.run_at < 'infinity' then j.run_at end as run_at,
         coalesce(j.queue, o.queue) as queue,
         o.priority,
         o.key,
         o.tags,
         j.progress as reported_progress,
         j.progress_note,
         w.host || ' pid ' || w.pid as worker,
         a.error_type,
         a.error_message,
         a.errored_at,
         case
           when o.parked_at is not null then format('no worker has registered "%s"', o.name)
           when o.state = 'failed' and a.error_type = 'crashed' and a.attempts_count < a.max_attempts
             then 'the third crash in a row ended it: an action that takes its worker down three times is not tried again by itself'
           when o.state = 'cancelled' then coalesce('cancelled: ' || o.stop_reason, 'cancelled')
           when j.operation_id is not null and j.worker_id is null and j.run_at <= statement_now() and not exists (
             select from workers k where j.handler = any (k.handlers) and j.queue = any (k.queues)
           ) then format('no worker of queue "%s" knows "%s"', j.queue, j.handler)
           when j.crashes > 0 then format('its worker died %s time(s); it runs alone next', j.crashes)
         end as note,
         o.globals,
         o.created_at,
         o.ended_at
    from visible_operations o
    left join jobs j on j.operation_id = o.id
    left join workers w on w.id = j.worker_id
    left join actions a on a.operation_id = o.id and a.position = coalesce(j.position, o.stopped_position)
   cross join lateral (
     select count(*) filter (where completed_at is not null) as done,
            count(*) filter (where skipped_at is null and (branch = 'main' or completed_at is not null or position = j.position)) as total
       from actions
      where operation_id = o.id
   ) as p;
comment on view operation_status is
  'One row per operation: where it stands, what it waits for, what went wrong. Add WHERE id = … or ORDER BY id DESC LIMIT …: it reads only what it shows.';

create view action_status as
  select a.operation_id,
         a.position,
         a.branch,
         a.name,
         case
           when a.completed_at is not null then 'completed'
           when a.skipped_at is not null then 'skipped'
           when j.position is not null and j.worker_id is not null then 'running'
           when j.position is not null and j.attempt > 0 then 'retrying'
           when j.position is not null and j.run_at > statement_now() then 'waiting'
           when j.position is not null then 'ready'
           when o.stopped_position = a.position then o.state
           else 'open'
         end as status,
         a.run,
         a.earlier_attempts + coalesce(j.attempt, a.attempts_count) as attempts_count,
         a.earlier_attempts + a.max_attempts as max_attempts,
         coalesce(case when j.worker_id is not null then j.claimed_at end, a.started_at) as started_at,
         a.completed_at,
         a.skipped_at,
         coalesce(case when j.worker_id is null and j.run_at < 'infinity' then j.run_at end, a.perform_at) as perform_at,
         a.completed_at - a.started_at as ran_for,
         a.errored_at,
         a.error_type,
         a.error_message,
         a.stack_trace
    from actions a
    join operations o on o.id = a.operation_id
    left join jobs j on j.operation_id = a.operation_id and j.position = a.position;
comment on view action_status is 'One row per action: what became of it, or what it waits for.';

create view timeline as
  select operation_id, position, branch, action, run, attempt, started_at, ended_at, outcome, worker
    from (
      select t.operation_id, t.position, a.branch, a.name as action, t.run, t.attempt, t.started_at, t.ended_at, t.outcome, t.worker
        from attempts t
       cross join lateral (select a.branch, a.name from actions a where a.operation_id = t.operation_id and a.position = t.position offset 0) as a
      union all
      select a.operation_id, a.position, a.branch, a.name, a.run, a.earlier_attempts + a.attempts_count, a.started_at, a.completed_at, 'completed', null
        from actions a
       where a.completed_at is not null
      union all
      select j.operation_id, j.position, a.branch, a.name, a.run, a.earlier_attempts + j.attempt, j.claimed_at, null, 'running', w.host || ' pid ' || w.pid
        from jobs j
       cross join lateral (select a.branch, a.name, a.run, a.earlier_attempts from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
        left join workers w on w.id = j.worker_id
       where j.worker_id is not null
    ) as t;
comment on view timeline is
  'Every attempt of an operation, whatever became of it, with the one that runs now: what a chart of it is drawn from. '
  'SELECT * FROM backops.timeline WHERE operation_id = 48213 ORDER BY started_at';

create view audit as
  select id, at, who, action, operation_ids, cardinality(operation_ids) as count, reason, details from audit_log;
comment on view audit is
  'Who did what to which operations, why and when: one row for every call that steered. '
  'SELECT * FROM backops.audit ORDER BY id DESC LIMIT 20';
