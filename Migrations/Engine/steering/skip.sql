-- Locks: as open_for_steering.
create or replace function skip_operation(id bigint) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_operation operations := open_for_steering(skip_operation.id, 'skip', '{active,failed,cancelled}');
  v_action actions;
  v_next integer;
begin
  select a.* into strict v_action
    from actions a
   where a.operation_id = skip_operation.id
     and a.position = coalesce(v_operation.stopped_position, (select j.position from jobs j where j.operation_id = skip_operation.id));
  update actions set skipped_at = v_now where operation_id = skip_operation.id and position = v_action.position;
  select position into v_next
    from actions
   where operation_id = skip_operation.id and completed_at is null and skipped_at is null
     and (branch = v_action.branch and position > v_action.position or branch = 'main')
   order by branch = v_action.branch desc, position
   limit 1;
  if found then
    perform point_at(v_operation, v_next);
  else
    perform withdraw_approval(skip_operation.id, v_now);
    delete from jobs where operation_id = skip_operation.id;
    perform forget_failure(skip_operation.id);
    update operations set state = 'completed', ended_at = v_now, stopped_position = null, stop_reason = null where operations.id = skip_operation.id;
  end if;
  select * into v_operation from operations where operations.id = skip_operation.id;
  return v_operation;
end
$$;
comment on function skip_operation(bigint) is 'Leaves the next (or failed) action out and goes on after it.';

create or replace function skip(id bigint, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('skip', id, reason)
$$;
comment on function skip(bigint, text) is
  'Leaves the next (or failed) action out and goes on after it.';

create or replace function skip(ids bigint[], reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('skip', ids, reason)
$$;
comment on function skip(bigint[], text) is
  'Leaves the next (or failed) action of every one of the operations out. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';
