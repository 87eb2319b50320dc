create or replace function jump_operation(id bigint, branch text, action text) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(jump_operation.id, 'jump', '{active,failed,cancelled}');
  v_position integer := find_position(jump_operation.id, jump_operation.branch, jump_operation.action);
begin
  perform apply_jump(jump_operation.id, v_position, clock_now());
  perform point_at(v_operation, v_position);
  select * into v_operation from operations where operations.id = jump_operation.id;
  return v_operation;
end
$$;
comment on function jump_operation(bigint, text, text) is
  'Makes an action (or the first of a branch) the next one of an operation that has not completed: what it passes over in that branch is skipped, '
  'what had ended from there on runs again. An action that has a time waits for it.';

create or replace function jump(id bigint, branch text, action text default null, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('jump', id, reason, branch, action)
$$;
comment on function jump(bigint, text, text, text) is
  'Makes an action (or the first of a branch) the next one of an operation that has not completed: what it passes over in that branch is skipped, '
  'what had ended from there on runs again. An action that has a time waits for it.';

create or replace function jump(ids bigint[], branch text, action text default null, reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('jump', ids, reason, branch, action)
$$;
comment on function jump(bigint[], text, text, text) is
  'Makes an action the next one of those of the operations that have it. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';
