create or replace function keyed_operation(p_operation text, p_key text) returns bigint
  language plpgsql stable
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
declare
  v_id bigint := coalesce(
    (select o.id from operations o where o.name = p_operation and o.key = p_key),
    (select k.operation_id from operation_keys k join operations o on o.id = k.operation_id where k.name = p_operation and k.key = p_key)
  );
begin
  if v_id is null then
    raise exception using errcode = 'OP002', message = format('there is no operation "%s" with the key "%s"', p_operation, p_key),
      hint = 'Enqueue it first: nothing is kept for one that is not there.';
  end if;
  return v_id;
end
$$;
comment on function keyed_operation(text, text) is 'The operation of a name and a key, the last one where several had it (SQLSTATE OP002 where none has).';
