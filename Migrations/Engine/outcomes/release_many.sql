create or replace function release_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_began boolean default true)
returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language plpgsql
  set search_path from current
as $$
begin
  return query select * from hand_back_many(p_worker_id, p_operation_ids, p_claim_ids, 'released', null, null, coalesce(p_began, true));
end
$$;
comment on function release_many(bigint, bigint[], bigint[], boolean) is
  'Hands claimed jobs back at once and at no cost in attempts: what a worker does that stops. p_began => false: their actions were not even '
  'begun, and no attempt is recorded. outcome: released, done, stale, busy.';
