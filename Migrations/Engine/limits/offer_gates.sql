-- A look that is under way has the old numbers, and may put somebody in line under them whom nobody else sees yet: so the limits and rates
-- are named, and not their gates.
--
-- Locks: nothing; the next look at the limits goes through the lines of these.
create or replace function offer_gates(p_gates text[]) returns void
  language plpgsql
  set search_path from current
  set jit = off
as $$
begin
  insert into limit_releases (gate, slots, waiters) select gate, 0, 0 from unnest(p_gates) as gate order by gate;
  perform wake(queue, 16) from (select distinct unnest(queues) as queue from workers where sleeping) as q;
end
$$;
comment on function offer_gates(text[]) is
  'Has whoever looks at the limits next look at all lines of limits, named with a slash before them, and of rates, with "/rate/" before them, whose numbers have changed.';
