-- Locks: the worker's advisory lock, shared, against being forgotten before this commits; then those of advance_waits, advance_limits and
-- claim_lanes, or claim_lane_by_lane; never waits.
create or replace function claim(
  p_worker_id bigint, p_limit integer,
  p_queues text[], p_priorities smallint[], p_after_run_at timestamptz[], p_after_operation_id bigint[]
) returns setof claimed_job
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_handlers text[];
  v_is_missing boolean;
  v_paused text[];
  v_has_limits boolean;
  v_limited text[];
  v_fair fair_queues[];
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    raise exception using errcode = 'OP004', message = format('cannot claim %s jobs at once', coalesce(p_limit::text, 'null')), hint = 'p_limit is 1 to 1000.';
  end if;
  if pg_try_advisory_xact_lock_shared(worker_lock(p_worker_id)) then
    select handlers, missing_since is not null,
           array(select name from paused_queues), exists (select from limits) or exists (select from rates) or exists (select from queue_limits),
           (select array_agg(queue::text) from queue_limits where maximum is not null),
           (select array_agg(f) from fair_queues f where f.by_global is not null or exists (select from jobs j where j.queue = fair_queue(f.queue) and j.turn is not null))
      into v_handlers, v_is_missing, v_paused, v_has_limits, v_limited, v_fair
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

  if v_limited is null and v_fair is null then
    return query select * from claim_lanes(p_worker_id, p_limit, p_queues, p_priorities, p_after_run_at, p_after_operation_id, v_handlers, v_paused, null, v_now);
  else
    return query
      select *
        from claim_lane_by_lane(p_worker_id, p_limit, p_queues, p_priorities, p_after_run_at, p_after_operation_id, v_handlers, v_paused, v_limited, v_fair, v_now);
  end if;
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
