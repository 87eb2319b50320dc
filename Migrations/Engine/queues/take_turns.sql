-- Start-time fair queueing (Goyal, Vin and Cheng, 1996). The first job of a new key gets the turn that the clock shows, a little behind other
-- new keys; each further job of a key gets a turn 1 ÷ weight later. The clock shows the first turn that still waits, so a key saves nothing up
-- while it has nothing to do, and the first job of a new key has one job of each other key before it at most.
--
-- Locks: jobs of the lane, skipping locked ones. The caller has the gate of the queue, so nobody else writes fair_lanes and fair_keys of it.
create or replace function take_turns(
  p_fair fair_queues, p_priority smallint, p_after_run_at timestamptz, p_after_operation_id bigint, p_limit integer, p_handlers text[], p_now timestamptz
) returns boolean
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
  v_queue text := fair_queue(p_fair.queue);
  v_has_secrets boolean := exists (select from secret_keys);
  v_is_new boolean;
  v_lane fair_lanes;
  v_first double precision;
  v_known double precision;
  v_last double precision;
  v_arrivals integer;
  v_come record;
  -- Turns of their own, so that claims need not begin at all that have the same; a million of them are one action of a key.
  c_step constant double precision := 2 ^ -20;
begin
  select * into v_lane from fair_lanes l where l.queue = p_fair.queue and l.priority = p_priority;
  v_is_new := not found;
  if v_is_new then
    v_lane := row(p_fair.queue, p_priority, 0, 0, 0, 0, '-infinity', 0);
  end if;
  -- What has its turn left the lane long before it is claimed, and may have left dead versions there.
  if p_after_run_at > '-infinity' and (v_lane.last_run_at, v_lane.last_operation_id) > (p_after_run_at, p_after_operation_id) then
    p_after_run_at := v_lane.last_run_at;
    p_after_operation_id := v_lane.last_operation_id;
  end if;
  -- The clock does not stand still for those in front that this worker cannot run.
  select min(turn), min(turn) filter (where handler = any (p_handlers)), max(turn) into v_first, v_known, v_last
    from (
      select j.turn, j.handler
        from jobs j
       where j.queue = v_queue and j.priority = p_priority and j.turn >= v_lane.first_turn
       order by j.turn, j.operation_id
       limit 100
    ) as front;
  select count(*) into v_arrivals
    from (
      select
        from jobs j
       where j.queue = p_fair.queue and j.priority = p_priority and (j.run_at, j.operation_id) > (p_after_run_at, p_after_operation_id)
         and j.run_at <= p_now and j.worker_id is null and j.crashes = 0
       limit case when v_first is null then p_limit else 0 end + 1
    ) as arrivals;
  -- Where all that is due is claimed now, no order matters.
  if v_first is null and v_arrivals <= p_limit then
    return false;
  end if;
  if v_first is null then
    select max(turn) into v_first from fair_keys k where k.queue = p_fair.queue and k.priority = p_priority and k.turn > '-infinity';
  end if;
  v_lane.clock := greatest(v_lane.clock, coalesce(v_known, v_last, v_first));
  v_lane.first_turn := least(coalesce(v_first, v_lane.clock), v_lane.clock);
  v_lane.fresh := greatest(v_lane.fresh, v_lane.clock);
  v_lane.forgotten := forget_keys(v_lane);
  if v_arrivals > 0 then
    with come as materialized (
      select j.operation_id, j.run_at, counted_key(p_fair.by_global, o.globals, v_has_secrets and is_secret(o.name, p_fair.by_global)) as key
        from jobs j
        join operations o on o.id = j.operation_id
       where j.queue = p_fair.queue and j.priority = p_priority and (j.run_at, j.operation_id) > (p_after_run_at, p_after_operation_id)
         and j.run_at <= p_now and j.worker_id is null and j.crashes = 0
       order by j.run_at, j.operation_id
       limit greatest(10 * p_limit, 1000)
         for update of j skip locked
    ),
    numbered as materialized (
      select c.*, k.turn, coalesce((p_fair.weights ->> c.key)::double precision, 1) as weight,
             row_number() over (partition by c.key order by c.run_at, c.operation_id) - 1 as ahead,
             count(*) over (partition by c.key) as jobs
        from come c
        left join lateral (
          select k.turn from fair_keys k where k.queue = p_fair.queue and k.priority = p_priority and k.key = c.key and k.turn > v_lane.clock offset 0
        ) as k on true
    ),
    -- By window functions: a join of two lists that nobody has statistics of would be a loop in a loop.
    counted as materialized (
      select n.*, count(*) filter (where n.ahead = 0 and n.turn is null) over (order by n.run_at, n.operation_id) as fresh from numbered n
    ),
    ranked as materialized (
      select c.operation_id, c.run_at, c.key, c.weight, c.ahead, c.jobs, c.fresh,
             coalesce(c.turn, v_lane.fresh + c_step * first_value(c.fresh) over (partition by c.key order by c.run_at, c.operation_id)) as turn
        from counted c
    ),
    noted as (
      insert into fair_keys (queue, priority, key, turn)
        select p_fair.queue, p_priority, key, turn + jobs / weight from ranked where ahead = 0
        on conflict on constraint fair_keys_pkey do update set turn = excluded.turn
    ),
    turned as (
      update jobs j
         set queue = v_queue, turn = r.turn + r.ahead / r.weight
        from ranked r
       where j.operation_id = any (array[r.operation_id])
    )
    select * into v_come from ranked order by run_at desc, operation_id desc limit 1;
    if found then
      v_lane.last_run_at := v_come.run_at;
      v_lane.last_operation_id := v_come.operation_id;
      v_lane.fresh := v_lane.fresh + c_step * v_come.fresh;
    end if;
  end if;
  if v_is_new then
    insert into fair_lanes values (v_lane.*);
  else
    update fair_lanes l
       set clock = v_lane.clock, fresh = v_lane.fresh, first_turn = v_lane.first_turn, forgotten = v_lane.forgotten,
           last_run_at = v_lane.last_run_at, last_operation_id = v_lane.last_operation_id
     where l.queue = p_fair.queue and l.priority = p_priority;
  end if;
  return true;
end
$$;
comment on function take_turns(fair_queues, smallint, timestamptz, bigint, integer, text[], timestamptz) is
  'Gives turns to what is due in a priority of a fair queue: ten times as many as the claim takes, a thousand at least. Returns false, and gives none, where the claim '
  'takes all that there is.';

-- Locks: as take_turns.
create or replace function forget_keys(p_lane fair_lanes) returns double precision
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
  v_places tid[];
  v_last double precision;
begin
  select array_agg(place), max(turn) into v_places, v_last
    from (
      select k.ctid as place, k.turn
        from fair_keys k
       where k.queue = p_lane.queue and k.priority = p_lane.priority and k.turn > '-infinity' and k.turn >= p_lane.forgotten and k.turn <= p_lane.clock
       order by k.turn
       limit 1000
    ) as passed;
  -- By where they lie, which nobody else changes.
  delete from fair_keys where ctid = any (v_places);
  return case when cardinality(v_places) = 1000 then v_last else p_lane.clock end;
end
$$;
comment on function forget_keys(fair_lanes) is
  'Deletes the keys whose turns the clock has passed, which then count as new: there may be as many as operations. Returns up to which turn.';
