-- Who has a turn keeps it: what is set holds for what is given one from now on. Switched off, a queue is served in turn until all that have one
-- are claimed.
--
-- Locks: the gate of the queue, waiting for a claim that is at it.
create or replace function set_queue_fairness(queue text, by text, weights jsonb default '{}', reason text default null) returns fair_queues
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_wrong text;
  v_fair fair_queues;
begin
  perform check_queue_name(queue);
  if length(by) not between 1 and 200 then
    raise exception using errcode = 'OP004', message = format('the queue "%s" cannot take turns by "%s"', queue, left(by, 200)),
      hint = 'Name the global whose values take turns, as in set_queue_fairness(''reports'', ''tenant''); null is for no turns.';
  end if;
  if weights is null or jsonb_typeof(weights) <> 'object' or (select count(*) from jsonb_object_keys(weights)) > 1000 then
    raise exception using errcode = 'OP004', message = format('the weights of the queue "%s" must be a JSON object of 1000 keys at most', queue),
      hint = 'As in {"acme": 3, "free": 0.5}; 1 is the weight of all others.';
  end if;
  if by is null and weights <> '{}' then
    raise exception using errcode = 'OP004', message = format('the queue "%s" cannot have weights without a global by which it takes turns', queue),
      hint = 'Name it, as in set_queue_fairness(''reports'', ''tenant'', ''{"acme": 3}'').';
  end if;
  select format('%s for "%s"', w.value, left(w.key, 200)) into v_wrong
    from jsonb_each(weights) as w
   where case jsonb_typeof(w.value) when 'number' then (w.value #>> '{}')::numeric not between 0.01 and 100 else true end
   limit 1;
  if found then
    raise exception using errcode = 'OP004', message = format('a weight of the queue "%s" cannot be %s', queue, v_wrong), hint = 'Weights are numbers from 0.01 to 100.';
  end if;
  perform pg_advisory_xact_lock(gate_lock(queue_gate(queue)));
  insert into fair_queues as f (queue, by_global, weights, set_by, set_at, reason)
    values (set_queue_fairness.queue, set_queue_fairness.by, set_queue_fairness.weights, session_user, clock_now(), left(set_queue_fairness.reason, 2000))
    on conflict on constraint fair_queues_pkey do update
      set by_global = excluded.by_global, weights = excluded.weights, set_by = excluded.set_by, set_at = excluded.set_at, reason = excluded.reason
  returning * into v_fair;
  perform write_audit('set_queue_fairness', '{}', reason, jsonb_build_object('queue', queue, 'by', coalesce(by, 'none'), 'weights', weights));
  perform wake(queue, 16);
  return v_fair;
end
$$;
comment on function set_queue_fairness(text, text, jsonb, text) is
  'Makes the actions of a queue take turns by the value of a global, so that nobody waits for all that somebody else has enqueued: each value gets as much as its '
  'weight beside the others, and what one leaves the others have. null is for no turns. '
  'SELECT * FROM backops.set_queue_fairness(''reports'', ''tenant'', ''{"acme": 3}'', ''they pay for it'')';
