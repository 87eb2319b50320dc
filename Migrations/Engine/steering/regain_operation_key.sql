create or replace function key_successor(p_operation operations) returns bigint
  language sql stable
  set search_path from current
as $$
  select o.id
    from operation_keys k
    join operations o on o.id = k.operation_id
   where p_operation.key_mode in ('unless_active', 'cancel_and_replace')
     and k.name = p_operation.name and k.key = p_operation.active_key and o.id <> p_operation.id and o.state = 'active'
$$;
comment on function key_successor(operations) is
  'The active operation that has the key of another one that has ended; null where there is none, or where the mode allows both.';

-- Locks: the rows of the keys, in their order as enqueues of many take them, waiting for these.
create or replace function hold_operation_keys(p_ids bigint[]) returns void
  language sql
  set search_path from current
as $$
  insert into operation_keys as k (name, key, operation_id, window_began_at)
    select distinct on (o.name, o.active_key) o.name, o.active_key, o.id, clock_now()
      from operations o
     where o.id = any (p_ids) and o.state <> 'active' and o.key_mode in ('unless_active', 'cancel_and_replace')
     order by o.name, o.active_key, o.id
    on conflict (name, key) do update set operation_id = k.operation_id
$$;
comment on function hold_operation_keys(bigint[]) is
  'Lets nobody enqueue under the keys of operations that have ended until the transaction ends, in the modes in which one is active.';

-- Locks: the row of the key, waiting for enqueues under the same key. These wait for no operation that has ended.
create or replace function regain_operation_key(p_operation operations) returns void
  language plpgsql
  set search_path from current
as $$
declare
  v_successor bigint;
begin
  if p_operation.key_mode in ('unless_active', 'cancel_and_replace') then
    perform hold_operation_keys(array[p_operation.id]);
    v_successor := key_successor(p_operation);
    if v_successor is not null then
      raise exception using errcode = 'OP003',
        message = format('operation %s cannot go on: operation %s has its key "%s" now', p_operation.id, v_successor, left(p_operation.active_key, 100)),
        hint = format('Cancel operation %s first, or wait for its end.', v_successor);
    end if;
    update operation_keys
       set operation_id = p_operation.id, replaced_id = null
     where name = p_operation.name and key = p_operation.active_key and operation_id is distinct from p_operation.id;
  end if;
end
$$;
comment on function regain_operation_key(operations) is
  'Gives an operation that goes on after its end its key again, in the modes in which one is active; refuses it while another active one has it.';
