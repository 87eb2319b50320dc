create or replace function limits_lock() returns bigint
  language sql stable
  return hashtextextended(current_schema() || '/limits', 0);
comment on function limits_lock() is 'Key of the advisory lock of whoever looks at the limits: one at a time, and nobody waits for it.';

-- Nothing leaves the planner the choice to read a whole index in order, as in complete_many: rows are read by lateral queries, and
-- written by "= any (array[…])".
--
-- One session looks at a time, so what it reads of the gates holds until it writes it. Whoever comes meanwhile goes away: what it
-- would have found is left for the next look, which is never far, because next_due counts it.
--
-- Locks: the advisory lock of the limits; then jobs, skipping whatever is locked. Gates of limits are locked by nobody else, those of rates by
-- consume and close_rate: by an advisory lock, which no look waits for.
create or replace function advance_limits(p_limit integer default 100) returns integer
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_from timestamptz := look_from('limits', v_now);
  v_has_come boolean := exists (select from jobs where queue = '/limits' and run_at >= v_from and run_at <= v_now);
  v_has_left boolean := exists (select from limit_releases where released_at >= v_from);
  v_is_time boolean := exists (select from rate_gates where waiting > 0 and look_at >= v_from and look_at <= v_now);
  v_ids bigint[] := '{}';
  v_gates text[] := '{}';
  v_taken integer := 0;
  v_let_in record;
  v_admitted integer := 0;
  v_has_rates boolean := exists (select from rates);
  -- Each gate of a rate is an advisory lock, and the server has room for some thousands.
  v_many integer := least(10 * p_limit, 2000);
begin
  if (v_has_come or v_has_left or v_is_time) and not pg_try_advisory_xact_lock(limits_lock()) then
    return 0;
  end if;
  if v_has_left then
    select r.gates, r.taken into v_gates, v_taken from take_releases(v_from, v_many) as r;
  end if;
  if v_has_come then
    v_ids := array(
      select j.operation_id from jobs j where j.queue = '/limits' and j.run_at >= v_from and j.run_at <= v_now order by j.run_at, j.operation_id limit p_limit
         for update skip locked
    );
  end if;
  if v_from = '-infinity' and v_taken < v_many and cardinality(v_ids) < p_limit then
    perform note_look('limits', v_now);
    perform forget_rates(v_now);
  end if;

  if v_is_time or exists (select from unnest(v_gates) as gate where is_rate_gate(gate)) then
    select * into v_let_in from pace_waiters(v_gates, v_from, v_now, v_many);
    v_admitted := v_let_in.admitted;
    v_ids := v_ids || v_let_in.coming;
  end if;

  -- Whoever gets the slot of an operation may come to a rate next, and then to a limit of its action.
  while v_ids <> '{}' or v_gates <> '{}' loop
    if v_has_rates and v_ids <> '{}' then
      v_admitted := v_admitted + pace_newcomers(v_ids, v_now);
    end if;
    select * into v_let_in from let_in_newcomers(v_ids, v_now);
    perform turn_away(id) from unnest(v_let_in.excess) as id;
    v_ids := v_let_in.coming;
    v_admitted := v_admitted + v_let_in.admitted;
    select * into v_let_in from let_in_waiters(v_gates || v_let_in.gates, v_now, p_limit);
    v_ids := v_ids || v_let_in.coming;
    v_admitted := v_admitted + v_let_in.admitted;
    v_gates := '{}';
  end loop;
  return v_admitted;
end
$$;
comment on function advance_limits(integer) is
  'Lets jobs go on that have come to a limit with a free slot, and those in line as slots were given back; the others wait in line. Every claim does. Returns how '
  'many slots and starts it gave.';

-- Locks: as advance_limits.
create or replace function take_releases(p_from timestamptz, p_limit integer) returns table (gates text[], taken integer)
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
  v_gates text[];
  v_slots integer[];
  v_waiters integer[];
begin
  with front as materialized (
    select released_at, id
      from limit_releases
     where released_at >= p_from and (not is_rate_gate(gate) and not is_queue_gate(gate) or pg_try_advisory_xact_lock(gate_lock(gate)))
     order by released_at, id
     limit p_limit
       for update skip locked
  ),
  taken as (
    delete from limit_releases r using front f where r.released_at = any (array[f.released_at]) and r.id = f.id returning r.gate, r.slots, r.waiters
  )
  select coalesce(array_agg(gate), '{}'), array_agg(slots), array_agg(waiters), coalesce(sum(releases), 0)
    into v_gates, v_slots, v_waiters, taken
    from (select gate, sum(slots)::integer as slots, sum(waiters)::integer as waiters, count(*) as releases from taken group by gate) as summed;
  -- A gate of a key is gone with the last who needs it: there may be as many keys as operations.
  merge into limit_gates g
    using (select * from unnest(v_gates, v_slots, v_waiters) as r (gate, slots, waiters)) as r
    on g.gate = any (array[r.gate])
    when matched and g.holding <= r.slots and g.waiting <= r.waiters then
      delete
    when matched then
      update set holding = greatest(g.holding - r.slots, 0), waiting = greatest(g.waiting - r.waiters, 0);
  update rate_gates g
     set waiting = greatest(g.waiting - r.waiters, 0)
    from (select * from unnest(v_gates, v_waiters) as r (gate, waiters) where is_rate_gate(gate)) as r
   where g.gate = any (array[r.gate]) and r.waiters > 0;
  update queue_limits q
     set holding = greatest(q.holding - r.slots, 0)
    from (select queue_of_gate(gate) as queue, slots from unnest(v_gates, v_slots) as r (gate, slots) where is_queue_gate(gate)) as r
   where q.queue = any (array[r.queue]) and r.slots > 0;
  gates := v_gates;
  return next;
end
$$;
comment on function take_releases(timestamptz, integer) is 'Takes what was given back off the gates, and returns which ones, and how many rows of limit_releases that were.';
