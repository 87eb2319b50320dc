create or replace function job_advice(p_operation operations, p_position integer) returns text
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
           'select %1$I.point_at(o, %3$s) from %1$I.operations o where id = %2$s; -- writes its job again, at that action',
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
  'Statements that write the job of an active operation again: where it stood if that action is open, else at the first open one of main.';

create or replace function violations_of_jobs() returns setof violation
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
           when coalesce(served_queue(j.queue), j.queue) <> job_queue(a.wait, a.limits, j.operation_slot, j.paced_at, j.action_slot, a.queue, o.queue) or not is_queue_name(a.queue) then format('its job waits in queue "%s"', j.queue)
           when j.priority not between 0 and 9 then format('its job has priority %s', j.priority)
           when j.handler <> e.handler then format('its job waits for a worker that knows "%s" instead of "%s"', j.handler, e.handler)
           when isfinite(j.run_at) is distinct from (j.position is not null and j.ticket is null) and not (j.waits_since is not null and a.wait ?| '{signals,approval}') then format('its job waits until %s', j.run_at)
           when j.waits_since is not null and (a.wait is null or j.worker_id is not null) then 'its job is at a wait and is not'
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
   where coalesce(served_queue(j.queue), j.queue) <> job_queue(a.wait, a.limits, j.operation_slot, j.paced_at, j.action_slot, a.queue, o.queue)
      -- That of the operation is one by its type.
      or a.queue is not null and not is_queue_name(a.queue)
      or j.priority not between 0 and 9
      or j.handler <> e.handler
      or isfinite(j.run_at) is distinct from (j.position is not null and j.ticket is null) and not (j.waits_since is not null and coalesce(a.wait ?| '{signals,approval}', false))
      or j.waits_since is not null and (a.wait is null or j.worker_id is not null)
      or j.steps_left < 1
      or j.crashes not between 0 and 2
      or j.definition_id is not null and not exists (select from definitions d where d.id = j.definition_id)
  union all
  select 'claims_are_unique', min(operation_id), min(position), null,
         case when count(*) > 1 then format('claim %s was given %s times', claim_id, count(*)) else format('claim %s was never given', claim_id) end,
         'The sequence claim_ids was set back: select setval(''claim_ids'', N), with an N above claim_id >> 20 of all of them.'
    from (
      select claim_id, operation_id, position from jobs where claim_id is not null
      union all
      select completed_claim_id, operation_id, position from actions where completed_claim_id is not null
    ) as given
   cross join lateral (select last_value from claim_ids) as s
   group by claim_id, last_value
  having count(*) > 1 or claim_id >> 20 > last_value
$$;
comment on function violations_of_jobs() is 'The part of invariants() that begins at jobs.';
