-- Locks: the operation, waiting for whoever has it.
create or replace function set_operation_global(id bigint, key text, value jsonb) returns operations
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_operation operations;
begin
  if key is null then
    raise exception using errcode = 'OP004', message = 'set_global must be told which key';
  end if;
  -- An enqueue under its key may have replaced it meanwhile, under the same id.
  loop
    update operations o
       set globals = case when value is null then o.globals - key else o.globals || jsonb_build_object(key, value) end
     where o.id = set_operation_global.id
    returning * into v_operation;
    exit when found or not exists (select from operations o where o.id = set_operation_global.id);
  end loop;
  if v_operation.id is null then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', set_operation_global.id);
  end if;
  return v_operation;
end
$$;
comment on function set_operation_global(bigint, text, jsonb) is
  'Sets one key of the globals; SQL null removes it. An action that is running sees it from its next attempt on.';

create or replace function set_global(id bigint, key text, value jsonb, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('set_global', id, reason, p_key => key, p_value => value)
$$;
comment on function set_global(bigint, text, jsonb, text) is
  'Sets one key of the globals; SQL null removes it. An action that is running sees it from its next attempt on.';

create or replace function set_global(ids bigint[], key text, value jsonb, reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('set_global', ids, reason, p_key => key, p_value => value)
$$;
comment on function set_global(bigint[], text, jsonb, text) is
  'Sets one key of the globals of every one of the operations. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';
