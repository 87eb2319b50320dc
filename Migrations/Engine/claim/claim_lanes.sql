-- Locks: the jobs that it returns, skipping locked ones; never waits.
--
-- Each lane, a queue with a priority, is one index range from the key behind which the caller wants to go on up to now: jobs that
-- are not due yet, jobs of other priorities and whatever lies before that key (running jobs, dead versions that a long
-- snapshot keeps) cost nothing. The planner is held to that: a plan made while jobs was empty must not scan it when it is full.
create or replace function claim_lanes(
  p_worker_id bigint, p_limit integer,
  p_queues text[], p_priorities smallint[], p_after_run_at timestamptz[], p_after_operation_id bigint[],
  p_handlers text[], p_paused text[], p_queue_slot text, p_now timestamptz
) returns setof claimed_job
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
begin
  return query
    with picked as materialized (
      select job.*
        from unnest(p_queues, p_priorities, p_after_run_at, p_after_operation_id) as lane (queue, priority, run_at, operation_id)
       cross join lateral (
         select j.operation_id, a.run, a.earlier_attempts, a.max_attempts, a.timeout, a.branch, a.name as action,
                o.created_at, o.name as operation, o.globals, o.traceparent, o.slot, o.xmin as version
           from jobs j
           join actions a on a.operation_id = j.operation_id and a.position = j.position
           join operations o on o.id = j.operation_id
          where j.queue = lane.queue and j.priority = lane.priority
            and (j.run_at, j.operation_id) > (lane.run_at, lane.operation_id)
            and j.run_at <= p_now
            and j.worker_id is null
            and j.crashes = 0
            and j.handler = any (p_handlers)
          order by j.run_at, j.operation_id
          limit p_limit
            for update of j skip locked
       ) as job
       where lane.queue <> all (p_paused)
       limit p_limit
    ),
    claimed as (
      update jobs j
         set worker_id = p_worker_id, claim_id = next_claim_id(), claimed_at = p_now, attempt = j.attempt + 1, queue_slot = p_queue_slot
        from picked p
       where j.operation_id = p.operation_id
      returning j.operation_id, j.claim_id, j.definition_id, j.position, p.run, p.earlier_attempts + j.attempt as attempt,
                p.earlier_attempts + p.max_attempts as max_attempts, j.priority, p.timeout,
                j.run_at, p.created_at, j.queue, p.operation, p.branch, p.action, p.globals, j.claimed_at, p.traceparent, p.slot, p.version
    )
    select c.operation_id, c.claim_id, c.definition_id, c.position, c.run, c.attempt, c.max_attempts, c.priority,
           (extract(epoch from c.timeout) * 1000)::bigint,
           c.run_at, c.created_at, c.queue, c.operation::text, c.branch, c.action, c.globals::jsonb,
           case when c.definition_id is null then (
             select json_agg(json_build_array(p.branch, p.name) order by p.position) from actions p where p.operation_id = c.operation_id
           ) end,
           c.claimed_at, c.traceparent, settled_version(c.version), c.slot
      from claimed c
     order by c.priority, c.run_at, c.operation_id;
end
$$;
comment on function claim_lanes(bigint, integer, text[], smallint[], timestamptz[], bigint[], text[], text[], text, timestamptz) is
  'The part of claim() that looks through lanes of queues, and gives what it claims there a slot of the queue, if it has a limit.';
