create or replace function complete(
  p_worker_id bigint, p_operation_id bigint, p_claim_id bigint,
  p_set jsonb default null, p_unset text[] default null, p_jump_branch text default null, p_jump_action text default null,
  p_continue boolean default true
) returns table (
  operation_id bigint, claim_id bigint, outcome text, next_claim_id bigint, "position" integer, run integer, max_attempts integer,
  timeout_ms bigint, branch text, action text, globals jsonb, attempt integer
)
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_column
declare
  v_patch jsonb;
begin
  if jsonb_typeof(p_set) <> 'object' then
    raise exception using errcode = 'OP004', message = 'p_set must be a JSON object', hint = 'Give the keys that change: {"transaction_id": "ch_42"}.';
  end if;
  if p_set is not null or p_unset is not null then
    v_patch := jsonb_build_object('set', coalesce(p_set, '{}'), 'unset', to_jsonb(coalesce(p_unset, '{}')));
  end if;
  return query
    select c.operation_id, c.claim_id, c.outcome, c.next_claim_id, c.position, c.run, c.max_attempts, c.timeout_ms, c.branch, c.action, c.globals, c.attempt
      from complete_many(
        p_worker_id, array[p_operation_id], array[p_claim_id], array[v_patch],
        array[case when p_jump_branch is not null then find_position(p_operation_id, p_jump_branch, p_jump_action) end], p_continue
      ) as c;
end
$$;
comment on function complete(bigint, bigint, bigint, jsonb, text[], text, text, boolean) is
  'complete_many for one claim, with the jump''s target by name.';
