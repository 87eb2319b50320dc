-- Steering: what a person does to an operation. Every function returns the operation as it then is, refuses in words what it
-- cannot do, and leaves one row in the audit log, whether it was given one operation or ten thousand.
--
-- Locks, of all of them: the job if there is one, then the operation, waiting for either; of many operations in id order.

create function write_audit(p_action text, p_operation_ids bigint[], p_reason text, p_details jsonb default '{}') returns void
  language sql
  set search_path from current
as $$
  insert into audit_log (action, operation_ids, reason, details)
    values (p_action, coalesce(p_operation_ids, '{}'), left(p_reason, 2000), jsonb_strip_nulls(coalesce(p_details, '{}')))
$$;
comment on function write_audit(text, bigint[], text, jsonb) is 'Writes down who did what to which operations, and why.';

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

create function forget_failure(p_operation_id bigint) returns void
  language sql
  set search_path from current
as $$
  update attempts set fingerprint = null where operation_id = p_operation_id and fingerprint is not null
$$;
comment on function forget_failure(bigint) is 'Takes an operation out of its group in failures, because it goes on; its history stays.';

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
    perform forget_failure(p_operation.id);
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
  update actions
     set earlier_attempts = earlier_attempts + attempts_count, attempts_count = 0
   where operation_id = p_operation.id and position = p_position;
  if v_run_at <= v_now then
    perform wake(coalesce(v_action.queue, p_operation.queue), 1);
  end if;
end
$$;
comment on function point_at(operations, integer, boolean) is
  'Makes an action the next one, with a fresh budget of attempts: due now if it has begun before or p_at_once says so, else at its time.';

create function retry_operation(id bigint) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(retry_operation.id, 'retry', '{active,failed,cancelled}');
  v_position integer := v_operation.stopped_position;
begin
  if v_operation.state = 'active' then
    select position into v_position from jobs where operation_id = retry_operation.id and attempt > 0;
    if not found then
      raise exception using errcode = 'OP003', message = format('operation %s has not failed: there is nothing to retry', retry_operation.id),
        hint = 'It goes on by itself; see operation_status for what it waits for.';
    end if;
  end if;
  if v_position is null then
    -- Cancelled before anybody had registered its name: it waits for that again.
    update operations set state = 'active', ended_at = null, stop_reason = null, parked_at = clock_now() where operations.id = retry_operation.id;
    insert into jobs (operation_id, run_at, steps_left, priority, queue, handler)
      values (retry_operation.id, 'infinity', v_operation.step_limit, v_operation.priority, v_operation.queue, v_operation.name || '/');
    perform unpark(v_operation.name);
  else
    perform point_at(v_operation, v_position);
  end if;
  select * into v_operation from operations where operations.id = retry_operation.id;
  return v_operation;
end
$$;
comment on function retry_operation(bigint) is
  'Lets a failed or cancelled operation go on at the action where it stopped, with a fresh budget of attempts; completed actions stay completed. '
  'For an operation that waits for its next attempt: now. An action that has never begun waits for its time.';

create function cancel_operation(id bigint, reason text) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_operation operations := open_for_steering(cancel_operation.id, 'cancel', '{active}', true);
  v_job record;
begin
  select j.*, a.run, a.earlier_attempts, w.host || ' pid ' || w.pid as worker into v_job
    from jobs j
    left join actions a on a.operation_id = j.operation_id and a.position = j.position
    left join workers w on w.id = j.worker_id
   where j.operation_id = cancel_operation.id;
  if v_job.worker_id is not null then
    insert into attempts (operation_id, position, run, attempt, outcome, worker_id, worker, claim_id, started_at, ended_at, error_message)
      values (cancel_operation.id, v_job.position, v_job.run, v_job.earlier_attempts + v_job.attempt, 'cancelled', v_job.worker_id, v_job.worker, v_job.claim_id, v_job.claimed_at, v_now, reason);
    update actions set started_at = v_job.claimed_at, attempts_count = v_job.attempt where operation_id = cancel_operation.id and position = v_job.position;
    perform pg_notify(worker_channel(v_job.worker_id), 'lost ' || v_job.claim_id);
  end if;
  perform end_operation(cancel_operation.id, 'cancelled', v_job.position, v_now, reason);
  select * into v_operation from operations where operations.id = cancel_operation.id;
  return v_operation;
end
$$;
comment on function cancel_operation(bigint, text) is
  'Ends an active operation. An action that runs right now is told to stop, and its result is refused. retry lets it go on later.';

create function run_operation_from(id bigint, branch text, action text) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(run_operation_from.id, 'run', '{active,completed,failed,cancelled}');
  v_position integer := find_position(run_operation_from.id, run_operation_from.branch, run_operation_from.action);
begin
  perform apply_jump(run_operation_from.id, v_position, clock_now());
  perform point_at(v_operation, v_position, true);
  select * into v_operation from operations where operations.id = run_operation_from.id;
  return v_operation;
end
$$;
comment on function run_operation_from(bigint, text, text) is
  'Runs an operation from an action on, whatever its state, and at once, whatever the action''s time: completed actions from there to the end of '
  'the branch run again.';

create function jump_operation(id bigint, branch text, action text) returns operations
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

create function skip_operation(id bigint) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_operation operations := open_for_steering(skip_operation.id, 'skip', '{active,failed,cancelled}');
  v_action actions;
  v_next integer;
begin
  select a.* into strict v_action
    from actions a
   where a.operation_id = skip_operation.id
     and a.position = coalesce(v_operation.stopped_position, (select j.position from jobs j where j.operation_id = skip_operation.id));
  update actions set skipped_at = v_now where operation_id = skip_operation.id and position = v_action.position;
  select position into v_next
    from actions
   where operation_id = skip_operation.id and completed_at is null and skipped_at is null
     and (branch = v_action.branch and position > v_action.position or branch = 'main')
   order by branch = v_action.branch desc, position
   limit 1;
  if found then
    perform point_at(v_operation, v_next);
  else
    delete from jobs where operation_id = skip_operation.id;
    perform forget_failure(skip_operation.id);
    update operations set state = 'completed', ended_at = v_now, stopped_position = null, stop_reason = null where operations.id = skip_operation.id;
  end if;
  select * into v_operation from operations where operations.id = skip_operation.id;
  return v_operation;
end
$$;
comment on function skip_operation(bigint) is 'Leaves the next (or failed) action out and goes on behind it.';

create function set_operation_global(id bigint, key text, value jsonb) returns operations
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
   where o.id = set_operation_global.id
  returning * into v_operation;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', set_operation_global.id);
  end if;
  return v_operation;
end
$$;
comment on function set_operation_global(bigint, text, jsonb) is
  'Sets one key of the globals; SQL null removes it. An action that is running sees it from its next attempt on.';

create function reschedule_operation(id bigint, at timestamptz) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(reschedule_operation.id, 'reschedule', '{active}');
begin
  if at is null or not isfinite(at) then
    raise exception using errcode = 'OP004', message = 'reschedule must be told a finite time', hint = 'now() + interval ''1 hour'', or now() for at once.';
  end if;
  update jobs set run_at = at where operation_id = reschedule_operation.id;
  perform wake(queue, 1) from jobs where operation_id = reschedule_operation.id and run_at <= clock_now();
  return v_operation;
end
$$;
comment on function reschedule_operation(bigint, timestamptz) is
  'Lets the next action, or its next attempt, start at another time; attempts that were used stay used.';

-- What a bulk call may touch is judged here, and not by catching errors: ten thousand subtransactions would slow every session.
create function may_steer(p_verb text, p_id bigint, p_branch text, p_action text) returns boolean
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
    when p_verb = 'retry' then v_operation.state in ('failed', 'cancelled') or v_operation.state = 'active' and v_job.attempt > 0
    when v_operation.parked_at is not null then false
    when p_verb = 'reschedule' then v_operation.state = 'active'
    when not exists (
      select from actions a
       where a.operation_id = p_id and (p_branch is null or a.branch = p_branch) and (p_action is null or a.name = p_action)
    ) then false
    else v_operation.state <> 'completed' or p_verb = 'run_from'
  end;
end
$$;
comment on function may_steer(text, bigint, text, text) is 'Locks an operation and tells whether its state allows what a bulk call asks for.';

create function steer_one(
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
  end;
end
$$;
comment on function steer_one(text, bigint, text, text, text, jsonb, timestamptz, text) is 'Does one thing to one operation.';

create function steering_details(p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamptz, p_name text) returns jsonb
  language sql stable
  set search_path from current
as $$
  select jsonb_build_object('branch', p_branch, 'action', p_action, 'at', p_at, 'key', p_key)
    || case when p_key is null then '{}' else jsonb_build_object('value', redacted(p_name, jsonb_build_object(p_key, p_value)) -> p_key) end
$$;
comment on function steering_details(text, text, text, jsonb, timestamptz, text) is 'What the audit log says of a call beside its verb and the operations.';

-- One operation: what cannot be done is an error.
create function steer(
  p_verb text, p_id bigint, p_reason text,
  p_branch text default null, p_action text default null, p_key text default null, p_value jsonb default null, p_at timestamptz default null
) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := steer_one(p_verb, p_id, p_branch, p_action, p_key, p_value, p_at, p_reason);
begin
  perform write_audit(p_verb, array[p_id], p_reason, steering_details(p_branch, p_action, p_key, p_value, p_at, v_operation.name));
  return shown(v_operation);
end
$$;
comment on function steer(text, bigint, text, text, text, text, jsonb, timestamptz) is
  'Does one thing to one operation, and writes it down: what retry, cancel and the like have in common.';

-- A hundred thousand operations that failed together are retried in batches, and a batch in a few statements: a tenth of what as
-- many single calls cost. All of them must have begun the action where they stopped, and so be due at once; else nothing is done
-- here, and the caller goes through them one by one.
--
-- Locks: the operations, in id order, waiting for each. What somebody else has retried meanwhile is left out: the look under the
-- lock counts.
create function retry_failed(p_ids bigint[]) returns bigint[]
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
as $$
#variable_conflict use_column
declare
  c_plain constant text[] := '{failed,cancelled}';
  v_now timestamptz := clock_now();
  v_ids bigint[];
begin
  if cardinality(p_ids) is distinct from (
    select count(*)
      from operations o
      join actions a on a.operation_id = o.id and a.position = o.stopped_position
     where o.id = any (p_ids) and o.state = any (c_plain) and o.parked_at is null and a.started_at is not null
  ) then
    return '{}';
  end if;
  v_ids := array(
    select o.id from operations o where o.id = any (p_ids) and o.state = any (c_plain) order by o.id for no key update
  );
  v_ids := array(
    select o.id
      from operations o
      join actions a on a.operation_id = o.id and a.position = o.stopped_position
     where o.id = any (v_ids) and o.parked_at is null and a.started_at is not null
     order by o.id
  );
  insert into jobs (operation_id, run_at, position, steps_left, priority, queue, handler)
    select o.id, v_now, a.position, o.step_limit, o.priority, coalesce(a.queue, o.queue),
           case when o.branches is null then o.name else '' end || '/' || a.name
      from operations o
      join actions a on a.operation_id = o.id and a.position = o.stopped_position
     where o.id = any (v_ids)
     order by o.id;
  update actions a
     set earlier_attempts = a.earlier_attempts + a.attempts_count, attempts_count = 0
    from operations o
   where o.id = any (v_ids) and a.operation_id = o.id and a.position = o.stopped_position;
  update attempts set fingerprint = null where operation_id = any (v_ids) and fingerprint is not null;
  update operations
     set state = 'active', ended_at = null, stopped_position = null, stop_reason = null
   where id = any (v_ids);
  perform wake(queue, count(*)) from jobs where operation_id = any (v_ids) group by queue;
  return v_ids;
end
$$;
comment on function retry_failed(bigint[]) is
  'Does what retry does for operations that all have failed, or were cancelled, in an action that had begun; returns those that it changed.';

-- Many operations: what cannot be done any more is left out. Whoever saw a list and acts on it shall touch nothing else, and
-- shall not fail because one of a thousand has gone on meanwhile.
create function steer_many(
  p_verb text, p_ids bigint[], p_reason text,
  p_branch text default null, p_action text default null, p_key text default null, p_value jsonb default null, p_at timestamptz default null,
  p_details jsonb default '{}'
) returns setof operations
  language plpgsql
  set search_path from current
as $$
declare
  v_id bigint;
  v_ids bigint[] := array(select distinct given from unnest(p_ids) as given where given is not null order by given);
  v_done bigint[] := '{}';
  v_operation operations;
begin
  if cardinality(v_ids) > 10000 then
    raise exception using errcode = 'OP004', message = format('%s operations are too many for one call', cardinality(v_ids)),
      hint = 'Give 10000 at most, and call again for the others: the rows stay locked until the transaction ends.';
  end if;
  if p_verb = 'retry' then
    v_done := retry_failed(v_ids);
    return query select s.* from operations o cross join lateral shown(o) as s where o.id = any (v_done) order by o.id;
  end if;
  foreach v_id in array case when v_done = '{}' then v_ids else '{}' end loop
    if may_steer(p_verb, v_id, p_branch, p_action) then
      v_operation := steer_one(p_verb, v_id, p_branch, p_action, p_key, p_value, p_at, p_reason);
      v_done := v_done || v_id;
      return next shown(v_operation);
    end if;
  end loop;
  perform write_audit(p_verb, v_done, p_reason, p_details || steering_details(p_branch, p_action, p_key, p_value, p_at, v_operation.name)
    || case when cardinality(v_done) < cardinality(v_ids) then jsonb_build_object('left_out', cardinality(v_ids) - cardinality(v_done)) else '{}' end);
end
$$;
comment on function steer_many(text, bigint[], text, text, text, text, jsonb, timestamptz, jsonb) is
  'Does one thing to those of the operations whose state allows it, and writes it down in one row.';

create function retry(id bigint, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('retry', id, reason)
$$;
comment on function retry(bigint, text) is
  'Lets a failed or cancelled operation go on at the action where it stopped, with a fresh budget of attempts; completed actions stay completed. '
  'For an operation that waits for its next attempt: now. An action that has never begun waits for its time.';

create function retry(ids bigint[], reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('retry', ids, reason)
$$;
comment on function retry(bigint[], text) is
  'Retries those of the operations that have failed, were cancelled, or wait for their next attempt. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';

create function cancel(id bigint, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('cancel', id, reason)
$$;
comment on function cancel(bigint, text) is
  'Ends an active operation. An action that runs right now is told to stop, and its result is refused. retry lets it go on later.';

create function cancel(ids bigint[], reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('cancel', ids, reason)
$$;
comment on function cancel(bigint[], text) is
  'Cancels those of the operations that are active, running ones too. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';

create function skip(id bigint, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('skip', id, reason)
$$;
comment on function skip(bigint, text) is
  'Leaves the next (or failed) action out and goes on behind it.';

create function skip(ids bigint[], reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('skip', ids, reason)
$$;
comment on function skip(bigint[], text) is
  'Leaves the next (or failed) action of every one of the operations out. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';

create function jump(id bigint, branch text, action text default null, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('jump', id, reason, branch, action)
$$;
comment on function jump(bigint, text, text, text) is
  'Makes an action (or the first of a branch) the next one of an operation that has not completed: what it passes over in that branch is skipped, '
  'what had ended from there on runs again. An action that has a time waits for it.';

create function jump(ids bigint[], branch text, action text default null, reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('jump', ids, reason, branch, action)
$$;
comment on function jump(bigint[], text, text, text) is
  'Makes an action the next one of those of the operations that have it. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';

create function run_from(id bigint, branch text, action text default null, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('run_from', id, reason, branch, action)
$$;
comment on function run_from(bigint, text, text, text) is
  'Runs an operation from an action on, whatever its state, and at once, whatever the action''s time: completed actions from there to the end of '
  'the branch run again.';

create function run_from(ids bigint[], branch text, action text default null, reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('run_from', ids, reason, branch, action)
$$;
comment on function run_from(bigint[], text, text, text) is
  'Runs those of the operations that have the action from it on. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';

create function set_global(id bigint, key text, value jsonb, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('set_global', id, reason, p_key => key, p_value => value)
$$;
comment on function set_global(bigint, text, jsonb, text) is
  'Sets one key of the globals; SQL null removes it. An action that is running sees it from its next attempt on.';

create function set_global(ids bigint[], key text, value jsonb, reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('set_global', ids, reason, p_key => key, p_value => value)
$$;
comment on function set_global(bigint[], text, jsonb, text) is
  'Sets one key of the globals of every one of the operations. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';

create function reschedule(id bigint, at timestamptz, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('reschedule', id, reason, p_at => at)
$$;
comment on function reschedule(bigint, timestamptz, text) is
  'Lets the next action of an active operation, or its next attempt, start at another time; attempts that were used stay used.';

create function reschedule(ids bigint[], at timestamptz, reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('reschedule', ids, reason, p_at => at)
$$;
comment on function reschedule(bigint[], timestamptz, text) is
  'Lets the next action of every one of the operations start at another time. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';

-- Locks: nothing; it reads the operation and inserts a new one.
create function rerun(id bigint, reason text default null) returns bigint
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_column
declare
  v_id bigint;
begin
  insert into operations (name, queue, priority, step_limit, tags, branches, globals)
    select o.name, o.queue, o.priority, o.step_limit, o.tags, o.branches, o.globals from operations o where o.id = rerun.id
  returning id into v_id;
  if v_id is null then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', rerun.id);
  end if;
  perform write_audit('rerun', array[rerun.id], rerun.reason, jsonb_build_object('new', v_id));
  return v_id;
end
$$;
comment on function rerun(bigint, text) is
  'Enqueues an operation once more: the same name, globals (as they are now), queue, priority and tags, due at once, without its key; its own branches '
  'where it brought some, else the plan that is registered now. The old one stays as it is. Returns the new id.';

create function rerun(ids bigint[], reason text default null) returns setof bigint
  language plpgsql
  set search_path from current
as $$
declare
  v_ids bigint[] := array(select distinct o.id from operations o where o.id = any (ids) order by o.id);
  v_new bigint[];
begin
  if cardinality(v_ids) > 10000 then
    raise exception using errcode = 'OP004', message = format('%s operations are too many for one call', cardinality(v_ids)),
      hint = 'Give 10000 at most, and call again for the others.';
  end if;
  with inserted as (
    insert into operations (name, queue, priority, step_limit, tags, branches, globals)
      select o.name, o.queue, o.priority, o.step_limit, o.tags, o.branches, o.globals from operations o where o.id = any (v_ids) order by o.id
    returning operations.id
  )
  select array_agg(i.id order by i.id) into v_new from inserted as i;
  perform write_audit('rerun', v_ids, rerun.reason, jsonb_build_object('new', v_new));
  return query select n from unnest(v_new) as n;
end
$$;
comment on function rerun(bigint[], text) is 'Enqueues every one of the operations once more; returns the new ids. At most 10000.';
