create or replace function missed_claim(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint) returns text
  language plpgsql
  set search_path from current
as $$
begin
  if exists (
      select from jobs j
        join actions a on a.operation_id = j.operation_id and a.position = j.position
        join operations o on o.id = j.operation_id
       where j.operation_id = p_operation_id and j.worker_id = p_worker_id and j.claim_id = p_claim_id
    )
    and exists (select from workers where id = p_worker_id and heartbeat_at + lease > clock_now())
  then
    return 'busy';
  end if;
  if exists (
    select from actions a join operations o on o.id = a.operation_id where a.operation_id = p_operation_id and a.completed_claim_id = p_claim_id
  ) then
    -- No worker must be told so by a server whose standby takes over without knowing of it.
    perform await_standby();
    return 'done';
  end if;
  return 'stale';
end
$$;
comment on function missed_claim(bigint, bigint, bigint) is
  'Why an outcome was not taken: busy (somebody has the row locked: call again), done (this claim completed its action before), stale '
  '(the job is not the worker''s any more: stop).';

create or replace function lost_claims(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[]) returns setof bigint
  language plpgsql stable
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_claim_ids));
  return query
    select i.claim_id
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     where not exists (
       select from jobs j where j.operation_id = i.operation_id and j.worker_id = p_worker_id and j.claim_id = i.claim_id
     );
end
$$;
comment on function lost_claims(bigint, bigint[], bigint[]) is
  'Those of the claims that the worker does not hold any more: what it asks when it may have missed that one was taken away.';
