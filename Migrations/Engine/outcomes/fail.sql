create or replace function fail(
  p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_error_type text, p_error_message text, p_stack_trace text default null,
  p_permanent boolean default false, p_retry_after interval default null, p_outcome text default 'failed'
) returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language sql
  set search_path from current
as $$
  select * from fail_many(
    p_worker_id, array[p_operation_id], array[p_claim_id], array[p_outcome], array[p_permanent], array[p_retry_after],
    array[p_error_type], array[p_error_message], array[p_stack_trace]
  )
$$;
comment on function fail(bigint, bigint, bigint, text, text, text, boolean, interval, text) is 'fail_many for one claim.';
