-- A steering function returns the operation as it is afterwards, refuses in words what it cannot do, and leaves one row in the
-- audit log, whether it was given one operation or ten thousand.

-- Many operations: what cannot be done any more is left out. Somebody who saw a list and acts on it must touch nothing else, and
-- must not fail because one of a thousand has gone on meanwhile. Strictly, for one: what cannot be done is an error.
create or replace function steer_many(
  p_verb text, p_ids bigint[], p_reason text,
  p_branch text default null, p_action text default null, p_key text default null, p_value jsonb default null, p_at timestamptz default null,
  p_details jsonb default '{}', p_is_strict boolean default false
) returns setof operations
  language plpgsql
  set search_path from current
as $$
declare
  v_id bigint;
  v_ids bigint[] := case when p_is_strict then p_ids else array(select distinct given from unnest(p_ids) as given where given is not null order by given) end;
  v_done bigint[] := '{}';
  v_operation operations;
begin
  if cardinality(v_ids) > 10000 then
    raise exception using errcode = 'OP004', message = format('%s operations are too many for one call', cardinality(v_ids)),
      hint = 'Give 10000 at most, and call again for the others: the rows stay locked until the transaction ends.';
  end if;
  if not p_is_strict and p_verb in ('retry', 'skip', 'jump', 'run_from') then
    perform hold_operation_keys(v_ids);
  end if;
  if p_verb = 'retry' and not p_is_strict then
    v_done := retry_failed(v_ids);
    return query select s.* from operations o cross join lateral shown(o) as s where o.id = any (v_done) order by o.id;
  end if;
  foreach v_id in array case when v_done = '{}' then v_ids else '{}' end loop
    if p_is_strict or may_steer(p_verb, v_id, p_branch, p_action) then
      v_operation := steer_one(p_verb, v_id, p_branch, p_action, p_key, p_value, p_at, p_reason);
      v_done := v_done || v_id;
      return next shown(v_operation);
    end if;
  end loop;
  perform write_audit(p_verb, v_done, p_reason, p_details || steering_details(p_branch, p_action, p_key, p_value, p_at, v_operation.name)
    || case when cardinality(v_done) < cardinality(v_ids) then jsonb_build_object('left_out', cardinality(v_ids) - cardinality(v_done)) else '{}' end);
end
$$;
comment on function steer_many(text, bigint[], text, text, text, text, jsonb, timestamptz, jsonb, boolean) is
  'Does one thing to those of the operations whose state allows it, and writes it down in one row.';
