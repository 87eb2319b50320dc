-- Locks: as advance_limits.
create or replace function let_in_waiters(p_gates text[], p_now timestamptz, p_limit integer) returns table (admitted integer, coming bigint[])
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_gate record;
  v_ids bigint[];
begin
  admitted := 0;
  coming := '{}';
  if exists (select from unnest(p_gates) as gate where left(gate, 1) = '/') then
    p_gates := p_gates || array(
      select g.gate
        from unnest(p_gates) as offered (gate)
       cross join lateral (select g.gate, g.waiting from limit_gates g where g.name = substr(offered.gate, 2) offset 0) as g
       where left(offered.gate, 1) = '/' and g.waiting > 0
    );
  end if;
  for v_gate in
    select g.gate, least(coalesce(l.maximum, 2147483647) - g.holding, g.waiting) as free
      from limit_gates g
      left join limits l on l.name = g.name
     where g.gate = any (p_gates) and g.waiting > 0 and g.holding < coalesce(l.maximum, 2147483647)
     order by g.gate
  loop
    v_ids := array(
      select j.operation_id from jobs j where j.gate = v_gate.gate and j.ticket is not null order by j.priority, j.ticket limit least(v_gate.free, p_limit - admitted)
         for update skip locked
    );
    admitted := admitted + cardinality(v_ids);
    update limit_gates set holding = holding + cardinality(v_ids), waiting = waiting - cardinality(v_ids) where gate = v_gate.gate;
    coming := coming || let_in(v_ids, p_now);
    -- Somebody has the others' rows, or they are too many for this look.
    if cardinality(v_ids) < v_gate.free then
      insert into limit_releases (gate, slots, waiters) values (v_gate.gate, 0, 0);
    end if;
  end loop;
  return next;
end
$$;
comment on function let_in_waiters(text[], timestamptz, integer) is
  'Gives the free slots of some gates, or with a slash before it of all gates of a limit, to the first in line: by priority, then by ticket. Returns how many, and who comes to a rate or a limit of its action next.';
