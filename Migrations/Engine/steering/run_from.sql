create or replace function run_operation_from(id bigint, branch text, action text) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(run_operation_from.id, 'run', '{active,completed,failed,cancelled}');
  v_position integer := find_position(run_operation_from.id, run_operation_from.branch, run_operation_from.action);
begin
  perform apply_jump(run_operation_from.id, v_position, clock_now());
  perform point_at(v_operation, v_position, true);
  select * into v_operation from operations where operations.id = run_operation_from.id;
  return v_operation;
end
$$;
comment on function run_operation_from(bigint, text, text) is
  'Runs an operation from an action on, whatever its state, and at once, whatever the action''s time: completed actions from there to the end of '
  'the branch run again.';

create or replace function run_from(id bigint, branch text, action text default null, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('run_from', id, reason, branch, action)
$$;
comment on function run_from(bigint, text, text, text) is
  'Runs an operation from an action on, whatever its state, and at once, whatever the action''s time: completed actions from there to the end of '
  'the branch run again.';

create or replace function run_from(ids bigint[], branch text, action text default null, reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('run_from', ids, reason, branch, action)
$$;
comment on function run_from(bigint[], text, text, text) is
  'Runs those of the operations that have the action from it on. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';
