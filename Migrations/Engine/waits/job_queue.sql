create or replace function job_queue(p_wait jsonb, p_action text, p_operation text) returns text
  language sql immutable
  return case when p_wait is not null then '/waits' else coalesce(p_action, p_operation) end;
comment on function job_queue(jsonb, text, text) is
  'The queue of the job of an operation that has reached a step: the one that no worker serves for a wait, else the action''s own, or the operation''s.';
