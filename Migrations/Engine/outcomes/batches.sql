-- A claim that is given twice would be answered twice, and one of the answers could not be true.
create or replace function check_batch(p_operation_ids bigint[], p_claim_ids bigint[], variadic p_lengths integer[]) returns void
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_length integer := cardinality(p_operation_ids);
begin
  if v_length is null or v_length is distinct from cardinality(p_claim_ids) or v_length <> any (p_lengths) then
    raise exception using errcode = 'OP004', message = 'the arrays of a batch must have the same length',
      hint = 'Give one operation and one claim for every action, and null for what an action does not have.';
  end if;
  if array_position(p_operation_ids, null) is not null
    or (select count(distinct claim_id) from unnest(p_claim_ids) as claim_id) < v_length
  then
    raise exception using errcode = 'OP004', message = 'a batch must name operations and claims, each claim once';
  end if;
end
$$;
comment on function check_batch(bigint[], bigint[], integer[]) is
  'Refuses a batch whose arrays differ in length, lack an id, or name a claim twice (SQLSTATE OP004). A length that is null is that of an array that was left out.';

create or replace function refuse_single(p_count integer, p_message text) returns void
  language plpgsql immutable
  set search_path from current
as $$
begin
  if p_count = 1 then
    raise exception using errcode = 'OP004', message = p_message;
  end if;
end
$$;
comment on function refuse_single(integer, text) is 'Refuses an outcome that cannot be recorded, if it stands alone (SQLSTATE OP004): of several it is set aside.';
