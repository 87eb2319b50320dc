create or replace view action_status as
  select a.operation_id,
         a.position,
         a.branch,
         a.name,
         case
           when a.completed_at is not null then 'completed'
           when a.skipped_at is not null then 'skipped'
           when j.position is not null and j.worker_id is not null then 'running'
           when j.waits_since is not null or j.ticket is not null then 'waiting'
           when j.position is not null and j.attempt > 0 then 'retrying'
           when j.position is not null and j.run_at > statement_now() then 'scheduled'
           when j.position is not null then 'ready'
           when o.stopped_position = a.position then o.state
           else 'open'
         end as status,
         a.run,
         a.earlier_attempts + coalesce(j.attempt, a.attempts_count) as attempts_count,
         a.earlier_attempts + a.max_attempts as max_attempts,
         coalesce(case when j.worker_id is not null then j.claimed_at end, j.waits_since, j.came_at, a.started_at) as started_at,
         a.completed_at,
         a.skipped_at,
         case
           when a.wait ? 'approval' and j.waits_since is not null then (
             select p.deadline from approvals p where p.operation_id = a.operation_id and p.decision is null
           )
           else coalesce(case when j.worker_id is null and j.run_at < 'infinity' then j.run_at end, a.perform_at)
         end as perform_at,
         a.completed_at - a.started_at as ran_for,
         a.errored_at,
         a.error_type,
         a.error_message,
         a.stack_trace,
         a.wait,
         a.wait_outcome,
         s.name as signal,
         case
           when a.wait_outcome in ('approved', 'rejected') then (
             select p.decided_by
               from approvals p
              where p.operation_id = a.operation_id and p.position = a.position and p.run = a.run
              order by p.id desc
              limit 1
           )
         end as decided_by
    from actions a
    join operations o on o.id = a.operation_id
    left join jobs j on j.operation_id = a.operation_id and j.position = a.position
    left join signals s on a.wait_outcome = 'signalled' and s.operation_id = a.operation_id and s.read_position = a.position and s.read_run = a.run;
comment on view action_status is 'One row per step, an action or a wait: its outcome, or what it waits for.';
