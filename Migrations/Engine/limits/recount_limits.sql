-- Needed only after rows were changed by hand, or restored in part.
--
-- Locks: the advisory lock of the limits, waiting for a look that is under way; the gates, those of queues waiting for a claim.
create or replace function recount_limits() returns integer
  language plpgsql
  set search_path from current
  set jit = off
as $$
declare
  v_count integer;
begin
  perform pg_advisory_xact_lock(limits_lock());
  -- Or what was given back of a queue would be left where it is, and taken off once more.
  perform pg_advisory_xact_lock(gate_lock(queue_gate(q.queue))) from (select queue from queue_limits union select queue from fair_queues order by queue) as q;
  -- Nobody gives anything back, or leaves a line, while it is counted.
  lock table jobs in share row exclusive mode;
  lock table limit_releases in share row exclusive mode;
  -- What was given back, and not looked at yet, is no mistake.
  perform take_releases('-infinity', 2147483647);
  with held as materialized (
    select gate, sum(slots)::integer as slots, sum(waiters)::integer as waiters, max(ticket) as last_ticket
      from (
        select operation_slot as gate, 1 as slots, 0 as waiters, 0 as ticket from jobs where operation_slot is not null
        union all
        select action_slot, 1, 0, 0 from jobs where action_slot is not null
        union all
        select gate, 0, 1, ticket from jobs where ticket is not null and not is_rate_gate(gate)
      ) as each
     group by gate
  ),
  wrong as materialized (
    select coalesce(h.gate, g.gate) as gate, coalesce(h.slots, 0) as slots, coalesce(h.waiters, 0) as waiters, coalesce(h.last_ticket, 0) as last_ticket
      from held h
      full join limit_gates g on g.gate = h.gate
     where g.gate is null or coalesce(g.holding, 0) <> coalesce(h.slots, 0) or coalesce(g.waiting, 0) <> coalesce(h.waiters, 0) or g.next_ticket <= h.last_ticket
  ),
  written as (
    insert into limit_gates as g (gate, name, holding, waiting, next_ticket)
      select gate, split_part(gate, '/', 1), slots, waiters, last_ticket + 1 from wrong
      on conflict (gate) do update set holding = excluded.holding, waiting = excluded.waiting, next_ticket = greatest(g.next_ticket, excluded.next_ticket)
    returning 1
  )
  select count(*) into v_count from written;
  delete from limit_gates where holding = 0 and waiting = 0;
  insert into limit_releases (gate, slots, waiters) select gate, 0, 0 from limit_gates where waiting > 0;
  v_count := v_count + recount_rates() + recount_queues() + recount_turns();
  if v_count > 0 then
    perform write_audit('recount_limits', '{}', null, jsonb_build_object('corrected', v_count));
  end if;
  return v_count;
end
$$;
comment on function recount_limits() is
  'Counts the slots and lines of all limits and rates from the jobs, and the turns of fair queues, and has every line looked at: for when invariants() says that they are wrong. It holds up all work on '
  'jobs while it counts. Returns how many it corrected.';

-- Locks: those of recount_limits.
create or replace function recount_rates() returns integer
  language plpgsql
  set search_path from current
  set jit = off
as $$
declare
  v_count integer;
begin
  with held as materialized (
    select gate, count(*)::integer as waiters, max(ticket) as last_ticket from jobs where ticket is not null and is_rate_gate(gate) group by gate
  ),
  written as (
    insert into rate_gates as g (gate, name, used_until, version, waiting, next_ticket, look_at)
      select coalesce(h.gate, g.gate), split_part(rate_of_gate(coalesce(h.gate, g.gate)), '/', 1), coalesce(g.used_until, clock_now()), coalesce(g.version, 0), coalesce(h.waiters, 0),
             coalesce(h.last_ticket, 0) + 1, clock_now()
        from held h
        full join rate_gates g on g.gate = h.gate
       where g.gate is null or g.waiting <> coalesce(h.waiters, 0) or g.next_ticket <= h.last_ticket
      on conflict (gate) do update set waiting = excluded.waiting, next_ticket = greatest(g.next_ticket, excluded.next_ticket)
    returning 1
  )
  select count(*) into v_count from written;
  perform offer_gates(array(select distinct rate_gate(name) from rate_gates where waiting > 0));
  return v_count;
end
$$;
comment on function recount_rates() is 'The part of recount_limits() about rates: their lines.';

-- Locks: those of recount_limits; the rows of the queues.
create or replace function recount_queues() returns integer
  language sql
  set search_path from current
  set jit = off
as $$
  with counted as (
    select l.queue, (select count(*) from jobs j where j.queue_slot = queue_gate(l.queue))::integer as holding from queue_limits l
  ),
  written as (
    update queue_limits l set holding = c.holding from counted c where c.queue = l.queue and l.holding <> c.holding returning 1
  )
  select count(*)::integer from written
$$;
comment on function recount_queues() is 'The part of recount_limits() about queues: how many of each run.';
