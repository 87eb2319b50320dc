-- Locks: the advisory lock of the limits and those of the gates, waiting for none.
create or replace function forget_rates(p_now timestamptz) returns void
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
  if exists (select from rate_gates where waiting = 0 and used_until < p_now and (closed_until < p_now) is not false) and pg_try_advisory_xact_lock(limits_lock()) then
    delete from rate_gates g
      using (
        select idle.gate
          from (
            select gate from rate_gates where waiting = 0 and used_until < p_now and (closed_until < p_now) is not false order by used_until limit 1000
          ) as idle
         where pg_try_advisory_xact_lock(gate_lock(idle.gate))
        offset 0
      ) as f
     where g.gate = any (array[f.gate]) and g.waiting = 0 and g.used_until < p_now and (g.closed_until < p_now) is not false;
  end if;
end
$$;
comment on function forget_rates(timestamptz) is 'Deletes the gates of rates that count as if they had never been used: there may be as many keys as operations.';
