-- What a bulk call may touch is judged here, and not by catching errors: ten thousand subtransactions would slow every session.
-- Locks: the job if there is one, then the operation, waiting for either.
create or replace function may_steer(p_verb text, p_id bigint, p_branch text, p_action text) returns boolean
  language plpgsql
  set search_path from current
as $$
declare
  v_job jobs;
  v_operation operations;
begin
  select * into v_job from jobs where operation_id = p_id for update;
  select * into v_operation from operations where operations.id = p_id for no key update;
  return found and case
    when p_verb = 'set_global' then true
    when v_operation.state = 'active' and v_job.operation_id is null then false
    when p_verb = 'cancel' then v_operation.state = 'active'
    when v_job.worker_id is not null then false
    when v_operation.state <> 'active' and key_successor(v_operation) is not null then false
    when p_verb = 'retry' then v_operation.state in ('failed', 'cancelled') or v_operation.state = 'active' and v_job.attempt > 0
    when v_operation.parked_at is not null then false
    when p_verb = 'reschedule' then v_operation.state = 'active'
    when p_verb = 'wake_up' then v_operation.state = 'active' and v_job.run_at > clock_now() and v_job.ticket is null and not exists (
      select from actions a where a.operation_id = p_id and a.position = v_job.position and a.wait ?| '{signals,approval}' and v_job.waits_since is not null
    )
    when not exists (
      select from actions a
       where a.operation_id = p_id and (p_branch is null or a.branch = p_branch) and (p_action is null or a.name = p_action)
    ) then false
    else v_operation.state <> 'completed' or p_verb = 'run_from'
  end;
end
$$;
comment on function may_steer(text, bigint, text, text) is 'Locks an operation and tells whether its state allows what a bulk call asks for.';

create or replace function steer_one(
  p_verb text, p_id bigint, p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamptz, p_reason text
) returns operations
  language plpgsql
  set search_path from current
as $$
begin
  return case p_verb
    when 'retry' then retry_operation(p_id)
    when 'cancel' then cancel_operation(p_id, p_reason)
    when 'skip' then skip_operation(p_id)
    when 'jump' then jump_operation(p_id, p_branch, p_action)
    when 'run_from' then run_operation_from(p_id, p_branch, p_action)
    when 'set_global' then set_operation_global(p_id, p_key, p_value)
    when 'reschedule' then reschedule_operation(p_id, p_at)
    when 'wake_up' then wake_up_operation(p_id)
  end;
end
$$;
comment on function steer_one(text, bigint, text, text, text, jsonb, timestamptz, text) is 'Does one thing to one operation.';

create or replace function steering_details(p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamptz, p_name text) returns jsonb
  language sql stable
  set search_path from current
as $$
  select jsonb_build_object('branch', p_branch, 'action', p_action, 'at', p_at, 'key', p_key)
    || case when p_key is null then '{}' else jsonb_build_object('value', redacted(p_name, jsonb_build_object(p_key, p_value)) -> p_key) end
$$;
comment on function steering_details(text, text, text, jsonb, timestamptz, text) is 'What the audit log says of a call beside its verb and the operations.';

create or replace function steer(
  p_verb text, p_id bigint, p_reason text,
  p_branch text default null, p_action text default null, p_key text default null, p_value jsonb default null, p_at timestamptz default null
) returns operations
  language sql
  set search_path from current
as $$
  select o from steer_many(p_verb, array[p_id], p_reason, p_branch, p_action, p_key, p_value, p_at, p_is_strict => true) as o
$$;
comment on function steer(text, bigint, text, text, text, text, jsonb, timestamptz) is
  'Does one thing to one operation, and writes it down: what retry, cancel and the like have in common.';
