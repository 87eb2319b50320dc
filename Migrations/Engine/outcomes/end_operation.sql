-- Locks: the operation's row; the caller holds its job.
create or replace function end_operation(p_operation_id bigint, p_state text, p_position integer, p_now timestamptz, p_reason text default null) returns void
  language plpgsql
  set search_path from current
as $$
begin
  update operations
     set state = p_state, ended_at = p_now, stopped_position = p_position, stop_reason = p_reason, parked_at = null
   where id = p_operation_id;
  perform withdraw_approval(p_operation_id, p_now);
  delete from jobs where operation_id = p_operation_id;
end
$$;
comment on function end_operation(bigint, text, integer, timestamptz, text) is 'Ends an active operation as failed or cancelled at an action.';
