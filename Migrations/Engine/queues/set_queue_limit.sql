-- What runs already counts, whatever it was claimed under: it keeps going, and has a slot each.
--
-- Locks: the gate of the queue, waiting for a claim that is at it; its running jobs in operation_id order, waiting for who is ending one:
-- that one waits for no gate.
create or replace function set_queue_limit(queue text, maximum integer, reason text default null) returns queue_limits
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_gate text := queue_gate(queue);
  v_limit queue_limits;
begin
  perform check_queue_name(queue);
  if maximum not between 0 and 1000000 then
    raise exception using errcode = 'OP004', message = format('the queue "%s" cannot have the limit %s', queue, maximum),
      hint = 'It is 0 to 1000000; 0 lets nothing start, and null is no limit.';
  end if;
  perform pg_advisory_xact_lock(gate_lock(v_gate));
  if maximum is not null then
    perform from jobs j where j.worker_id is not null and j.queue = set_queue_limit.queue and j.queue_slot is null order by j.operation_id for update;
    perform count_running(queue);
  end if;
  -- Those who hold one, and what was given back since, by one look.
  with taken as (
    delete from limit_releases r where r.gate = v_gate
  )
  insert into queue_limits as l (queue, maximum, holding, set_by, set_at, reason)
    select set_queue_limit.queue, set_queue_limit.maximum, (select count(*) from jobs j where j.worker_id is not null and j.queue_slot = v_gate),
           session_user, clock_now(), left(set_queue_limit.reason, 2000)
    on conflict on constraint queue_limits_pkey do update
      set maximum = excluded.maximum, holding = excluded.holding, set_by = excluded.set_by, set_at = excluded.set_at, reason = excluded.reason
  returning * into v_limit;
  perform write_audit('set_queue_limit', '{}', reason, jsonb_build_object('queue', queue, 'maximum', coalesce(maximum::text, 'none')));
  perform wake(queue, greatest(coalesce(v_limit.maximum, 1000000) - v_limit.holding, 0));
  return v_limit;
end
$$;
comment on function set_queue_limit(text, integer, text) is
  'Sets how many actions of a queue may run at once, all workers together: at once for what waits, and without stopping what runs. null is no limit, 0 lets '
  'nothing start. SELECT * FROM backops.set_queue_limit(''reports'', 4, ''they are heavy'')';

-- Locks: running jobs of the queue without a slot, skipping locked ones.
create or replace function count_running(p_queue text) returns integer
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_count integer;
begin
  with running as materialized (
    select operation_id from jobs where worker_id is not null and queue = p_queue and queue_slot is null for update skip locked
  ),
  counted as (
    update jobs j set queue_slot = queue_gate(p_queue) from running r where j.operation_id = any (array[r.operation_id]) returning 1
  )
  select count(*) into v_count from counted;
  return v_count;
end
$$;
comment on function count_running(text) is
  'Gives a slot of the queue to what runs there without one: it was claimed before the queue had a limit. Returns how many; the caller has the gate.';
