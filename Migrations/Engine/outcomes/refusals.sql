-- Locks: as end_operation.
create or replace function refuse_action(p_operation_id bigint, p_error_type text, p_message text, p_position integer default null) returns void
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_action record;
begin
  update actions
     set errored_at = v_now, error_type = p_error_type, error_message = p_message, stack_trace = null
   where operation_id = p_operation_id
     and position = coalesce(p_position, (select j.position from jobs j where j.operation_id = p_operation_id))
  returning position, run into v_action;
  insert into attempts (operation_id, position, run, attempt, outcome, ends_operation, ended_at, error_type, error_message)
    values (p_operation_id, v_action.position, v_action.run, 0, 'refused', true, v_now, p_error_type, p_message);
  perform end_operation(p_operation_id, 'failed', v_action.position, v_now);
end
$$;
comment on function refuse_action(bigint, text, text, integer) is
  'Fails an operation at an action, else the one that its job is at, which cannot start at all: the step limit, or a time that is none.';

-- Locks: as end_operation.
create or replace function refuse_next(p_operation_id bigint, p_position integer, p_patch jsonb, p_problem text) returns void
  language plpgsql
  set search_path from current
as $$
begin
  if p_patch is not null then
    update operations set globals = patched(globals, p_patch) where id = p_operation_id;
  end if;
  perform refuse_action(p_operation_id, p_problem, problem_message(p_problem), p_position);
end
$$;
comment on function refuse_next(bigint, integer, jsonb, text) is
  'What complete_many does with an operation whose next action cannot start, after the patch of the one that completed.';

create or replace function problem_message(p_problem text) returns text
  language sql immutable
  return case p_problem
    when 'StepLimit' then 'the operation has completed as many actions as its step limit allows; does a jump go round in circles? '
      'retry lets it go on for as many again'
    when 'InvalidPerformAt' then 'the global that holds the time of this action is not text such as "2027-01-01T08:00:00Z"; '
      'set it with set_global, then retry'
  end;
comment on function problem_message(text) is 'What an operator is told when an action cannot start.';
