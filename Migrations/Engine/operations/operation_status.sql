create or replace view operation_status as
  select o.id,
         o.name,
         case
           when o.state <> 'active' then o.state
           when o.parked_at is not null then 'parked'
           when j.worker_id is not null then 'running'
           when j.waits_since is not null or j.ticket is not null then 'waiting'
           when j.attempt > 0 then 'retrying'
           when j.run_at > statement_now() then 'scheduled'
           else 'ready'
         end as status,
         o.state,
         p.done || '/' || p.total as progress,
         a.branch || '/' || a.name as action,
         coalesce(a.earlier_attempts + coalesce(j.attempt, a.attempts_count), 0) as attempt,
         a.earlier_attempts + a.max_attempts as max_attempts,
         case
           when a.wait ? 'approval' and j.waits_since is not null then (
             select p.deadline from approvals p where p.operation_id = o.id and p.decision is null
           )
           when j.worker_id is null and j.run_at < 'infinity' then j.run_at
         end as run_at,
         coalesce(served_queue(j.queue), a.queue, o.queue) as queue,
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
           when o.state = 'failed' and a.error_type = 'crashed' and a.attempts_count < a.max_attempts
             then 'the third crash in a row ended it: an action that takes its worker down three times is not tried again by itself'
           when o.state = 'cancelled' then coalesce('cancelled: ' || o.stop_reason, 'cancelled')
           when j.queue = '/waits' and a.wait ? 'approval' and j.waits_since is not null then describe_wait(
             a.wait, j.waits_since, (select p.deadline from approvals p where p.operation_id = o.id and p.decision is null)
           )
           when j.queue = '/waits' and o.parked_at is null then describe_wait(a.wait, j.waits_since, j.run_at)
           when j.ticket is not null then describe_limit(j.gate)
           when o.parked_at is not null or j.worker_id is null and j.queue <> '/limits' and (j.run_at <= statement_now() or j.crashes > 0) then (
             select b.detail
               from obstacles(o.id, case when o.parked_at is not null then o.name end, served_queue(j.queue), j.handler, j.crashes) as b
              limit 1
           )
         end as note,
         o.globals,
         o.created_at,
         o.ended_at,
         o.key_mode,
         o.active_key,
         o.schedule,
         o.slot
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
