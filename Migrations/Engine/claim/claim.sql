-- Locks: the worker's advisory lock, shared, against being forgotten before this commits; then the jobs that it returns,
-- skipping locked ones; never waits.
--
-- Each lane, a queue with a priority, is one index range from the key behind which the caller wants to go on up to now: jobs that
-- are not due yet, jobs of other priorities and whatever lies before that key (running jobs, dead versions that a long
-- snapshot keeps) cost nothing. The planner is held to that: a plan made while jobs was empty must not scan it when it is full.
create or replace function claim(
  p_worker_id bigint, p_limit integer,
  p_queues text[], p_priorities smallint[], p_after_run_at timestamptz[], p_after_operation_id bigint[]
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
declare
  v_now timestamptz := clock_now();
  v_handlers text[];
  v_is_missing boolean;
  v_paused text[];
  v_has_limits boolean;
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    raise exception using errcode = 'OP004', message = format('cannot claim %s jobs at once', coalesce(p_limit::text, 'null')), hint = 'p_limit is 1 to 1000.';
  end if;
  if pg_try_advisory_xact_lock_shared(worker_lock(p_worker_id)) then
    select handlers, missing_since is not null,
           array(select name from paused_queues), exists (select from limits) or exists (select from rates)
      into v_handlers, v_is_missing, v_paused, v_has_limits
      from workers where id = p_worker_id and heartbeat_at + lease > v_now and not stopping;
  end if;
  if v_handlers is null then
    raise exception using errcode = 'OP006', message = format('worker %s is not registered, is stopping, or its lease has ended', p_worker_id),
      hint = 'Call register_worker again.';
  end if;
  if v_is_missing then
    perform show_life(p_worker_id);
  end if;

  -- Operations whose wait is over go on first, and may be claimed below; also for others, however little this worker has room for.
  if advance_waits(greatest(p_limit, 100), look_from('waits', v_now)) > 0 then
    v_now := clock_now();
  end if;
  if v_has_limits and advance_limits(greatest(p_limit, 100)) > 0 then
    v_now := clock_now();
  end if;

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
            and j.run_at <= v_now
            and j.worker_id is null
            and j.crashes = 0
            and j.handler = any (v_handlers)
          order by j.run_at, j.operation_id
          limit p_limit
            for update of j skip locked
       ) as job
       where lane.queue <> all (v_paused)
       limit p_limit
    ),
    claimed as (
      update jobs j
         set worker_id = p_worker_id, claim_id = next_claim_id(), claimed_at = v_now, attempt = j.attempt + 1
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
comment on function claim(bigint, integer, text[], smallint[], timestamptz[], bigint[]) is
  'Claims up to p_limit due jobs that the worker knows, lane by lane in the order given, each lane (queue, priority) behind the key '
  '(run_at, operation_id) that is given for it (''-infinity'', 0 to start over). Jobs whose worker died are left to claim_suspect, and those of a queue that is paused stay.';

create or replace function claim(p_worker_id bigint, p_limit integer default 1) returns setof claimed_job
  language sql
  set search_path from current
  set jit = off
as $$
  select c.*
    from (
      select array_agg(queue order by priority, n) as queues, array_agg(priority::smallint order by priority, n) as priorities
        from workers
       cross join unnest(queues) with ordinality as q (queue, n)
       cross join generate_series(0, 9) as priority
       where id = p_worker_id
    ) as lanes
   cross join lateral claim(
     p_worker_id, p_limit, lanes.queues, lanes.priorities,
     -- No lanes for a worker that is not there: the function below says so.
     array_fill('-infinity'::timestamptz, array[coalesce(cardinality(lanes.queues), 0)]),
     array_fill(0::bigint, array[coalesce(cardinality(lanes.queues), 0)])
   ) as c
$$;
comment on function claim(bigint, integer) is
  'Claims up to p_limit due jobs of the worker''s queues from the start of each lane, best priority first: the simple form, for workers written in SQL.';
