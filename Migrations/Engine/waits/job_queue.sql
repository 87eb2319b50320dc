create or replace function job_queue(
  p_wait jsonb, p_limits jsonb, p_operation_slot text, p_action_slot text, p_action text, p_operation text
) returns text
  language sql immutable
  return case
    when p_wait is not null then '/waits'
    when p_limits is not null and (p_limits ? 'action' and p_action_slot is null or p_limits ? 'operation' and p_operation_slot is null) then '/limits'
    else coalesce(p_action, p_operation)
  end;
comment on function job_queue(jsonb, jsonb, text, text, text, text) is
  'The queue of the job of an operation that has reached a step: one that no worker serves for a wait, or for an action that needs a slot which it does not hold, '
  'else the action''s own, or the operation''s.';
