create or replace function next_limit(p_limits jsonb, p_operation_slot text, p_paced_at timestamptz, p_action_slot text) returns text
  language sql immutable
  return case
    when p_limits ? 'operation' and p_operation_slot is null then 'operation'
    when p_limits ? 'rate' and p_paced_at is null then 'rate'
    when p_limits ? 'action' and p_action_slot is null then 'action'
  end;
comment on function next_limit(jsonb, text, timestamptz, text) is
  'Which of the limits of its step a job comes to next, by what it has: that of its operation, then the rate, and at last the slot of its action, so that nobody holds one who waits for a rate; null for none.';

create or replace function job_queue(
  p_wait jsonb, p_limits jsonb, p_operation_slot text, p_paced_at timestamptz, p_action_slot text, p_action text, p_operation text
) returns text
  language sql immutable
  return case
    when p_wait is not null then '/waits'
    when p_limits is not null and next_limit(p_limits, p_operation_slot, p_paced_at, p_action_slot) is not null then '/limits'
    else coalesce(p_action, p_operation)
  end;
comment on function job_queue(jsonb, jsonb, text, timestamptz, text, text, text) is
  'The queue of the job of an operation that has reached a step: one that no worker serves for a wait, or for an action that needs a slot or a start which it does not have, '
  'else the action''s own, or the operation''s.';

create or replace function kept_slot(p_operation_slot text, p_wait jsonb, p_limits jsonb) returns text
  language sql immutable
  return case when p_wait is null or not coalesce(p_limits -> 'operation' ? 'free_while_waiting', false) then p_operation_slot end;
comment on function kept_slot(text, jsonb, jsonb) is 'The slot that an operation still holds when it has reached a step: some give theirs back while they wait.';
