-- Locks: as pace_newcomers.
create or replace function pace_waiters(p_offered text[], p_from timestamptz, p_now timestamptz, p_limit integer)
returns table (admitted integer, coming bigint[])
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
  v_gate text;
  v record;
  v_ids bigint[];
  v_starts timestamptz[];
  v_used_until timestamptz;
  v_left text[] := '{}';
begin
  admitted := 0;
  coming := '{}';
  foreach v_gate in array array(
    select d.gate
      from (
        (select g.gate, g.look_at from rate_gates g where g.waiting > 0 and g.look_at >= p_from and g.look_at <= p_now order by g.look_at limit p_limit)
        union all
        select g.gate, p_now
          from unnest(p_offered) as offered (gate)
         cross join lateral (select g.gate, g.waiting from rate_gates g where g.name = rate_of_gate(offered.gate) offset 0) as g
         where is_rate_gate(offered.gate) and g.waiting > 0
      ) as d
     group by d.gate
     order by min(d.look_at), d.gate
  ) loop
    -- They are too many for this look, or somebody counts under it.
    if admitted >= p_limit or not pg_try_advisory_xact_lock(gate_lock(v_gate)) then
      v_left := v_left || v_gate;
      continue;
    end if;
    select g.closed_until, r.gap, r.tolerance, r.version, greatest(g.closed_until, rate_base(g.used_until, g.version = r.version, r.gap, p_now)) as base,
           rate_base(g.used_until, g.version = r.version, r.gap, p_now) as unused
      into v
      from rate_gates g
      join rates r on r.name = g.name
     where g.gate = v_gate and g.waiting > 0;
    continue when not found;
    select coalesce(array_agg(t.operation_id), '{}'), array_agg(t.starts_at), coalesce(v.base + sum(t.weight) * v.gap, v.unused) into v_ids, v_starts, v_used_until
      from (
        select l.operation_id, l.weight,
               greatest(p_now, v.closed_until, v.base + (sum(l.weight) over (order by l.priority, l.ticket) - l.weight) * v.gap - v.tolerance) as starts_at
          from (
            select j.operation_id, j.priority, j.ticket, rate_weight(a.limits) as weight
              from (
                select * from jobs j where j.gate = v_gate and j.ticket is not null order by j.priority, j.ticket limit least(
                  p_limit - admitted,
                  -- No more than may start soon, were each of weight one.
                  greatest(coalesce(ceil(extract(epoch from p_now + interval '2 seconds' + v.tolerance - v.base) / nullif(extract(epoch from v.gap), 0)), p_limit), 0) + 1
                )
                   for update skip locked
              ) as j
             cross join lateral (select a.limits from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
          ) as l
      ) as t
     where t.starts_at <= p_now + interval '2 seconds';
    admitted := admitted + cardinality(v_ids);
    coming := coming || let_in(v_ids, p_now, v_starts);
    update rate_gates g
       set used_until = v_used_until, version = v.version, waiting = g.waiting - cardinality(v_ids),
           -- Somebody has the others' rows, or they are too many for this look.
           look_at = greatest(p_now + interval '0.05 seconds', rate_look(v_used_until, v.tolerance, v.closed_until, p_now))
     where g.gate = v_gate;
  end loop;
  -- What was left is due by the time of its look, or is offered once more.
  if v_left <> '{}' and p_offered <> '{}' then
    insert into limit_releases (gate, slots, waiters)
      select distinct rate_gate(g.name), 0, 0
        from unnest(v_left) as skipped (gate)
       cross join lateral (select g.name from rate_gates g where g.gate = skipped.gate offset 0) as g
       where rate_gate(g.name) = any (p_offered);
  end if;
  return next;
end
$$;
comment on function pace_waiters(text[], timestamptz, timestamptz, integer) is
  'Gives their times to those in line before rates that may start within two seconds: by priority, then by ticket. Returns how many, and who comes to a limit of its '
  'action next.';
