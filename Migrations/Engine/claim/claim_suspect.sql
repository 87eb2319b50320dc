-- Locks: as claim.
create or replace function claim_suspect(p_worker_id bigint) returns setof claimed_job
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_worker workers;
  v_id bigint;
  v_queue text;
  v_limited text[] := (select array_agg(queue::text) from queue_limits where maximum is not null);
  v_full text[] := '{}';
begin
  if pg_try_advisory_xact_lock_shared(worker_lock(p_worker_id)) then
    select * into v_worker from workers where id = p_worker_id and heartbeat_at + lease > v_now and not stopping;
  end if;
  if v_worker.id is null then
    raise exception using errcode = 'OP006', message = format('worker %s is not registered, is stopping, or its lease has ended', p_worker_id),
      hint = 'Call register_worker again.';
  end if;
  if v_limited is not null then
    v_full := array(select queue from unnest(v_limited, queue_rooms(v_limited)) as q (queue, room) where room = 0);
  end if;
  select j.operation_id, j.queue into v_id, v_queue
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
    join operations o on o.id = j.operation_id
   where j.crashes > 0 and j.worker_id is null and j.run_at <= v_now and j.queue = any (v_worker.queues) and j.handler = any (v_worker.handlers)
     and j.queue not in (select name from paused_queues) and j.queue <> all (v_full)
   order by j.run_at, j.operation_id
   limit 1
     for update of j skip locked;
  update jobs
     set worker_id = p_worker_id, claim_id = next_claim_id(), claimed_at = v_now, attempt = attempt + 1,
         queue_slot = case when v_queue = any (v_limited) then queue_gate(v_queue) end
   where operation_id = v_id;
  update queue_limits set holding = holding + 1 where queue = v_queue and v_queue = any (v_limited);
  return query select * from describe_claims(array[v_id]);
end
$$;
comment on function claim_suspect(bigint) is
  'Claims one job whose worker died while it held it. It may be the killer: run it with nothing beside it; a clean end acquits it.';
