-- Locks: the jobs that it returns, skipping locked ones; those that it gives turns to, likewise.
--
-- Turns are given by one claim at a time, and jobs that have theirs are claimed by all at once.
create or replace function claim_in_turn(
  p_worker_id bigint, p_limit integer, p_fair fair_queues, p_priority smallint, p_after_run_at timestamptz, p_after_operation_id bigint,
  p_gives_turns boolean, p_handlers text[], p_queue_slot text, p_now timestamptz
) returns setof claimed_job
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
  v_has_turns boolean := true;
  v_ids bigint[] := '{}';
begin
  if p_fair.by_global is not null and p_gives_turns then
    v_has_turns := take_turns(p_fair, p_priority, p_after_run_at, p_after_operation_id, p_limit, p_handlers, p_now);
  end if;
  if v_has_turns then
    v_ids := array(
      select j.operation_id
        from jobs j
       where j.queue = fair_queue(p_fair.queue) and j.priority = p_priority
         and j.turn >= (select l.first_turn from fair_lanes l where l.queue = p_fair.queue and l.priority = p_priority)
         and j.handler = any (p_handlers)
       order by j.turn, j.operation_id
       limit p_limit
         for update skip locked
    );
    update jobs j
       set worker_id = p_worker_id, claim_id = next_claim_id(), claimed_at = p_now, attempt = j.attempt + 1, queue_slot = p_queue_slot, queue = p_fair.queue, turn = null
      from unnest(v_ids) as i (id)
     where j.operation_id = any (array[i.id]);
    return query select c.* from describe_claims(v_ids) as c order by array_position(v_ids, c.operation_id);
  end if;
  -- What has come since nobody takes turns any more, or where there is enough for all.
  if (p_fair.by_global is null or not v_has_turns) and cardinality(v_ids) < p_limit then
    return query
      select *
        from claim_lanes(
          p_worker_id, p_limit - cardinality(v_ids), array[p_fair.queue::text], array[p_priority], array[p_after_run_at], array[p_after_operation_id],
          p_handlers, '{}', p_queue_slot, p_now
        );
  end if;
end
$$;
comment on function claim_in_turn(bigint, integer, fair_queues, smallint, timestamptz, bigint, boolean, text[], text, timestamptz) is
  'The part of claim() that looks into a priority of a fair queue: p_gives_turns says whether this transaction is the one that gives them.';
