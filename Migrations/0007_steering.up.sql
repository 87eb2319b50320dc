-- Steering: what a person does to an operation. Every function returns the operation as it then is, and refuses in words what it
-- cannot do.
--
-- Locks, of all of them: the job if there is one, then the operation, waiting for either.

create function open_for_steering(p_operation_id bigint, p_verb text, p_states text[], p_running boolean default false) returns operations
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

-- Gives an operation a job at a position, whether it is active or has ended. The caller has it open.
create function point_at(p_operation operations, p_position integer, p_at_once boolean default false) returns void
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
  if v_action.started_at is null and not p_at_once then
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
    update operations set state = 'active', ended_at = null, stopped_position = null, stop_reason = null where id = p_operation.id;
  end if;
  -- No definition_id: it went with the old job, and the one that is current now may have other positions. Who claims the job
  -- gets the plan from its actions.
  insert into jobs as j (operation_id, run_at, position, steps_left, priority, queue, handler)
    values (p_operation.id, v_run_at, p_position, p_operation.step_limit, p_operation.priority,
            coalesce(v_action.queue, p_operation.queue),
            case when p_operation.branches is null then p_operation.name else '' end || '/' || v_action.name)
    on conflict (operation_id) do update
      set run_at = excluded.run_at, position = excluded.position, steps_left = excluded.steps_left, queue = excluded.queue,
          handler = excluded.handler, attempt = 0, crashes = 0;
  update actions set attempts_count = 0 where operation_id = p_operation.id and position = p_position;
  if v_run_at <= v_now then
    perform wake(coalesce(v_action.queue, p_operation.queue), 1);
  end if;
end
$$;
comment on function point_at(operations, integer, boolean) is
  'Makes an action the next one, with a fresh budget of attempts: due now if it has begun before or p_at_once says so, else at its time.';

create function retry(id bigint) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(retry.id, 'retry', '{active,failed,cancelled}');
  v_position integer := v_operation.stopped_position;
begin
  if v_operation.state = 'active' then
    select position into v_position from jobs where operation_id = retry.id and attempt > 0;
    if not found then
      raise exception using errcode = 'OP003', message = format('operation %s has not failed: there is nothing to retry', retry.id),
        hint = 'It goes on by itself; see operation_status for what it waits for.';
    end if;
  end if;
  if v_position is null then
    -- Cancelled before anybody had registered its name: it waits for that again.
    update operations set state = 'active', ended_at = null, stop_reason = null, parked_at = clock_now() where operations.id = retry.id;
    insert into jobs (operation_id, run_at, steps_left, priority, queue, handler)
      values (retry.id, 'infinity', v_operation.step_limit, v_operation.priority, v_operation.queue, v_operation.name || '/');
    perform unpark(v_operation.name);
  else
    perform point_at(v_operation, v_position);
  end if;
  select * into v_operation from operations where operations.id = retry.id;
  return v_operation;
end
$$;
comment on function retry(bigint) is
  'Lets a failed or cancelled operation go on at the action where it stopped, with a fresh budget of attempts; completed actions stay completed. '
  'For an operation that waits for its next attempt: now. An action that has never begun waits for its time.';

-- What somebody else has retried meanwhile is left out: the look under the lock counts.
create function retry(ids bigint[]) returns setof operations
  language plpgsql
  set search_path from current
as $$
declare
  v_id bigint;
begin
  for v_id in select o.id from operations o where o.id = any (ids) and o.state in ('failed', 'cancelled') order by o.id loop
    perform from operations o where o.id = v_id and o.state in ('failed', 'cancelled') for no key update;
    if found then
      return next retry(v_id);
    end if;
  end loop;
end
$$;
comment on function retry(bigint[]) is 'Retries those of the operations that have failed or were cancelled; returns these.';

create function cancel(id bigint, reason text default null) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_operation operations := open_for_steering(cancel.id, 'cancel', '{active}', true);
  v_job record;
begin
  select j.*, a.run, w.host || ' pid ' || w.pid as worker into v_job
    from jobs j
    left join actions a on a.operation_id = j.operation_id and a.position = j.position
    left join workers w on w.id = j.worker_id
   where j.operation_id = cancel.id;
  if v_job.worker_id is not null then
    insert into attempts (operation_id, position, run, attempt, outcome, worker_id, worker, claim_id, started_at, ended_at, error_message)
      values (cancel.id, v_job.position, v_job.run, v_job.attempt, 'cancelled', v_job.worker_id, v_job.worker, v_job.claim_id, v_job.claimed_at, v_now, reason);
    update actions set started_at = v_job.claimed_at, attempts_count = v_job.attempt where operation_id = cancel.id and position = v_job.position;
    perform pg_notify(current_schema() || '_worker_' || v_job.worker_id, 'lost ' || v_job.claim_id);
  end if;
  perform end_operation(cancel.id, 'cancelled', v_job.position, v_now, reason);
  select * into v_operation from operations where operations.id = cancel.id;
  return v_operation;
end
$$;
comment on function cancel(bigint, text) is
  'Ends an active operation. An action that runs right now is told to stop, and its result is refused. retry lets it go on later.';

-- What has ended meanwhile is left out: the look under the lock counts.
create function cancel(ids bigint[], reason text default null) returns setof operations
  language plpgsql
  set search_path from current
as $$
declare
  v_id bigint;
begin
  for v_id in select o.id from operations o where o.id = any (ids) and o.state = 'active' order by o.id loop
    perform from jobs where operation_id = v_id for update;
    if found then
      return next cancel(v_id, reason);
    end if;
  end loop;
end
$$;
comment on function cancel(bigint[], text) is 'Cancels those of the operations that are active; returns these.';

create function run_from(id bigint, branch text, action text default null) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(run_from.id, 'run', '{active,completed,failed,cancelled}');
  v_position integer := find_position(run_from.id, run_from.branch, run_from.action);
begin
  perform apply_jump(run_from.id, v_position, clock_now());
  perform point_at(v_operation, v_position, true);
  select * into v_operation from operations where operations.id = run_from.id;
  return v_operation;
end
$$;
comment on function run_from(bigint, text, text) is
  'Runs an operation from an action on, whatever its state, and at once, whatever the action''s time: completed actions from there to the end of '
  'the branch run again.';

create function jump(id bigint, branch text, action text default null) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(jump.id, 'jump', '{active,failed,cancelled}');
  v_position integer := find_position(jump.id, jump.branch, jump.action);
begin
  perform apply_jump(jump.id, v_position, clock_now());
  perform point_at(v_operation, v_position);
  select * into v_operation from operations where operations.id = jump.id;
  return v_operation;
end
$$;
comment on function jump(bigint, text, text) is
  'Makes an action (or the first of a branch) the next one of an operation that has not completed: what it passes over in that branch is skipped, '
  'what had ended from there on runs again. An action that has a time waits for it.';

create function skip(id bigint) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_operation operations := open_for_steering(skip.id, 'skip', '{active,failed,cancelled}');
  v_action actions;
  v_next integer;
begin
  select a.* into strict v_action
    from actions a
   where a.operation_id = skip.id
     and a.position = coalesce(v_operation.stopped_position, (select j.position from jobs j where j.operation_id = skip.id));
  update actions set skipped_at = v_now where operation_id = skip.id and position = v_action.position;
  select position into v_next
    from actions
   where operation_id = skip.id and completed_at is null and skipped_at is null
     and (branch = v_action.branch and position > v_action.position or branch = 'main')
   order by branch = v_action.branch desc, position
   limit 1;
  if found then
    perform point_at(v_operation, v_next);
  else
    delete from jobs where operation_id = skip.id;
    update operations set state = 'completed', ended_at = v_now, stopped_position = null, stop_reason = null where operations.id = skip.id;
  end if;
  select * into v_operation from operations where operations.id = skip.id;
  return v_operation;
end
$$;
comment on function skip(bigint) is 'Leaves the next (or failed) action out and goes on behind it.';

create function set_global(id bigint, key text, value jsonb) returns operations
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_operation operations;
begin
  if key is null then
    raise exception using errcode = 'OP004', message = 'set_global must be told which key';
  end if;
  update operations o
     set globals = case when value is null then o.globals - key else o.globals || jsonb_build_object(key, value) end
   where o.id = set_global.id
  returning * into v_operation;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', set_global.id);
  end if;
  return v_operation;
end
$$;
comment on function set_global(bigint, text, jsonb) is
  'Sets one key of the globals; SQL null removes it. An action that is running sees it from its next attempt on.';
