-- Locks: the gate of each of the queues, which nobody waits for; in the minute after its limit was set, its running jobs that
-- have no slot, skipping locked ones.
create or replace function queue_rooms(p_queues text[]) returns integer[]
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_is_had boolean[] := array(
    select pg_try_advisory_xact_lock(gate_lock(queue_gate(q.queue))) from unnest(p_queues) with ordinality as q (queue, n) order by n
  );
  v_queue text;
begin
  -- A claim that was under way when the limit was set has none of it.
  for v_queue in
    select q.queue from unnest(p_queues, v_is_had) as q (queue, is_had) join queue_limits l on l.queue = q.queue
     where q.is_had and l.set_at > clock_now() - interval '1 minute'
  loop
    update queue_limits l set holding = l.holding + n from count_running(v_queue) as n where l.queue = v_queue and n > 0;
  end loop;
  -- In a statement of its own: it sees what the session counted that had the gate before.
  return array(
    select case when q.is_had then coalesce((select greatest(coalesce(l.maximum, 2147483647) - l.holding, 0) from queue_limits l where l.queue = q.queue), 2147483647) else 0 end
      from unnest(p_queues, v_is_had) with ordinality as q (queue, is_had, n)
     order by n
  );
end
$$;
comment on function queue_rooms(text[]) is
  'How many more of each queue with a limit may be claimed by this transaction; none where another one is at it at this moment.';
