-- Locks: the job if there is one, then the operation, waiting for either.
create or replace function open_for_steering(p_operation_id bigint, p_verb text, p_states text[], p_running boolean default false) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations;
  v_job jobs;
begin
  select * into v_job from jobs where operation_id = p_operation_id for update;
  select * into v_operation from operations where id = p_operation_id for no key update;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', p_operation_id);
  end if;
  if v_operation.state = 'active' and v_job.operation_id is null then
    raise exception using errcode = 'serialization_failure', message = format('operation %s was changed at the same moment', p_operation_id),
      hint = 'Call again.';
  end if;
  if not v_operation.state = any (p_states) then
    raise exception using errcode = 'OP003', message = format('operation %s is %s: there is nothing to %s', p_operation_id, v_operation.state, p_verb),
      hint = case v_operation.state
        when 'completed' then 'run_from(id, branch, action) runs actions of a completed operation again.'
        when 'active' then 'It goes on by itself; see operation_status for what it waits for.'
        else 'retry(id) lets it go on.'
      end;
  end if;
  if v_job.worker_id is not null and not p_running then
    raise exception using errcode = 'OP003', message = format('operation %s is running an action right now', p_operation_id),
      hint = format('Wait until it has ended, or cancel(%s) first.', p_operation_id);
  end if;
  -- Parked, or cancelled while it was.
  if v_operation.parked_at is not null and p_verb <> 'cancel'
    or p_verb in ('skip', 'jump', 'run') and not exists (select from actions where operation_id = p_operation_id)
  then
    raise exception using errcode = 'OP003', message = format('operation %s has no actions yet: no worker has registered "%s"', p_operation_id, v_operation.name),
      hint = 'Start a worker that knows it.';
  end if;
  return v_operation;
end
$$;
comment on function open_for_steering(bigint, text, text[], boolean) is
  'Locks an operation for a change and checks that its state allows it: OP002 no such operation, OP003 wrong state.';
