-- Locks: attempts of the operation, which the caller has open.
create or replace function forget_failure(p_operation_id bigint) returns void
  language sql
  set search_path from current
as $$
  update attempts set fingerprint = null where operation_id = p_operation_id and fingerprint is not null
$$;
comment on function forget_failure(bigint) is 'Takes an operation out of its group in failures, because it goes on; its history stays.';

-- Gives an operation a job at a position, whether it is active or has ended. The caller has it open.
-- Locks: as regain_operation_key; otherwise nothing more than open_for_steering, which the caller has called.
create or replace function point_at(p_operation operations, p_position integer, p_at_once boolean default false) returns void
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_run_at timestamptz := v_now;
  v_action actions;
begin
  select * into strict v_action from actions where operation_id = p_operation.id and position = p_position;
  -- An action that has begun before has had its time.
  if v_action.wait is not null then
    v_run_at := case when p_at_once then v_now else greatest(p_operation.perform_at, v_now) end;
  elsif v_action.started_at is null and not p_at_once then
    v_run_at := greatest(
      p_operation.perform_at,
      due_at(v_action.perform_at, v_action.perform_in, v_action.perform_at_global, p_operation.globals, v_now)
    );
    if v_run_at = 'infinity' then
      raise exception using errcode = 'OP007',
        message = format('the global "%s" of operation %s, which holds the time of %s/%s, is not a time',
                         v_action.perform_at_global, p_operation.id, v_action.branch, v_action.name),
        hint = format('set_global(%s, ''%s'', ''"2027-01-01T08:00:00Z"'') sets it.', p_operation.id, v_action.perform_at_global);
    end if;
  end if;
  if p_operation.state <> 'active' then
    perform regain_operation_key(p_operation), forget_failure(p_operation.id);
    update operations set state = 'active', ended_at = null, stopped_position = null, stop_reason = null where id = p_operation.id;
  end if;
  perform withdraw_approval(p_operation.id, v_now);
  -- No definition_id: it went with the old job, and the one that is current now may have other positions. Who claims the job
  -- gets the plan from its actions.
  insert into jobs as j (operation_id, run_at, position, steps_left, priority, queue, handler)
    values (p_operation.id, v_run_at, p_position, p_operation.step_limit, p_operation.priority,
            job_queue(v_action.wait, v_action.limits, null, null, null, v_action.queue, p_operation.queue),
            case when p_operation.branches is null then p_operation.name else '' end || '/' || v_action.name)
    on conflict (operation_id) do update
      set run_at = excluded.run_at, position = excluded.position, steps_left = excluded.steps_left,
          queue = job_queue(v_action.wait, v_action.limits, j.operation_slot, null, null, v_action.queue, p_operation.queue),
          handler = excluded.handler, attempt = 0, crashes = 0, waits_since = null, action_slot = null, paced_at = null, gate = null, ticket = null, came_at = null, turn = null,
          operation_slot = kept_slot(j.operation_slot, v_action.wait, v_action.limits);
  update actions
     set earlier_attempts = earlier_attempts + attempts_count, attempts_count = 0, wait_outcome = null
   where operation_id = p_operation.id and position = p_position;
  if v_action.wait is not null then
    perform settle_wait(p_operation.id);
  elsif v_run_at <= v_now then
    perform wake(queue, 1) from jobs where operation_id = p_operation.id;
  end if;
end
$$;
comment on function point_at(operations, integer, boolean) is
  'Makes an action the next one, with a fresh budget of attempts: due now if it has begun before or p_at_once says so, else at its time. A wait begins anew.';
