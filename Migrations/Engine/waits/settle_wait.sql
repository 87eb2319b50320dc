-- Whoever brings an operation to a wait, and whoever may end one, calls this in the same transaction, with the job locked, and in a
-- statement after the one that locked it. So either the signal is there and the wait reads it, or the sender waits for the lock and then
-- finds the operation at the wait: none is lost, and of a signal and a deadline exactly one wins.
--
-- Locks: the operation; the caller holds its job.
create or replace function settle_wait(p_operation_id bigint, p_is_woken boolean default false) returns void
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v record;
  v_signal_id bigint;
  v_outcome text;
  v_is_woken boolean := p_is_woken;
  v_decision text;
begin
  loop
    select j.position, j.run_at, j.waits_since, a.wait, a.branch, a.run, a.earlier_attempts into v
      from jobs j
      join actions a on a.operation_id = j.operation_id and a.position = j.position
     where j.operation_id = p_operation_id and j.queue = '/waits';
    exit when not found;

    if v.waits_since is null then
      exit when v.run_at > v_now;
      v.waits_since := v_now;
      v.run_at := case
        when v.wait ? 'approval' then ask_approval(p_operation_id, v.position, v.run, v.wait, v_now)
        when v.wait ? 'until' then (select due_at(null, null, v.wait ->> 'until', o.globals, v_now) from operations o where o.id = p_operation_id)
        else wait_end(v.wait, v_now, v_now)
      end;
      if v.wait ? 'until' and v.run_at = 'infinity' then
        perform refuse_action(p_operation_id, 'InvalidPerformAt', problem_message('InvalidPerformAt'));
        exit;
      end if;
      update jobs set waits_since = v.waits_since, waits_for = wait_kind(v.wait), run_at = v.run_at where operation_id = p_operation_id;
    end if;

    v_signal_id := null;
    if v.wait ? 'signals' then
      select s.id into v_signal_id
        from jsonb_array_elements_text(v.wait -> 'signals') as awaited (name)
       cross join lateral (
         select s.id from signals s where s.operation_id = p_operation_id and s.name = awaited.name and s.read_at is null order by s.id limit 1
       ) as s
       order by s.id
       limit 1;
    end if;
    v_decision := case when v.wait ? 'approval' then settle_approval(p_operation_id, v.wait, v_now) end;
    v_outcome := case
      when v.wait ? 'approval' then v_decision
      when v_signal_id is not null then 'signalled'
      when v_is_woken and not v.wait ? 'signals' then 'woken'
      when v.run_at > v_now then null
      when v.wait ? 'signals' then 'timed_out'
      else 'slept'
    end;
    exit when v_outcome is null;
    v_is_woken := false;
    exit when not leave_wait(p_operation_id, v_outcome, v_signal_id, v_now);
  end loop;
end
$$;
comment on function settle_wait(bigint, boolean) is
  'Lets an operation at a wait go on as far as signals, decisions, deadlines and p_is_woken (of a sleep) let it: to its next action, to a wait that lasts, or to its end.';

-- Locks: as settle_wait.
create or replace function leave_wait(p_operation_id bigint, p_outcome text, p_signal_id bigint, p_now timestamptz) returns boolean
  language plpgsql
  set search_path from current
as $$
declare
  v record;
  v_approval approvals;
  v_choice jsonb;
  v_message text;
  v_patch jsonb;
  v_branch text;
  v_target integer;
begin
  select j.position, j.steps_left, j.run_at, j.waits_since, a.wait, a.branch, a.run, a.earlier_attempts into strict v
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
   where j.operation_id = p_operation_id;

  -- One without a timeout has a deadline when somebody has given it one.
  v_choice := case p_outcome when 'timed_out' then coalesce(v.wait -> 'on_timeout', '"fail"') when 'rejected' then v.wait -> 'on_rejected' end;
  if v.wait ? 'approval' then
    select * into v_approval from approvals where operation_id = p_operation_id order by id desc limit 1;
  end if;
  if v_choice = '"fail"' then
    v_message := case p_outcome when 'rejected' then rejection_message(v_approval)
                                else timeout_message(v.wait, v.waits_since, coalesce(v_approval.deadline, v.run_at)) end;
    update actions
       set started_at = v.waits_since, attempts_count = 1, errored_at = p_now, error_message = v_message, stack_trace = null, wait_outcome = p_outcome,
           error_type = case p_outcome when 'rejected' then 'Rejected' else 'WaitTimedOut' end
     where operation_id = p_operation_id and position = v.position;
    insert into attempts (operation_id, position, run, attempt, outcome, ends_operation, started_at, ended_at, error_type, error_message)
      select p_operation_id, v.position, v.run, v.earlier_attempts + 1, case p_outcome when 'rejected' then 'failed' else 'timed_out' end, true,
             v.waits_since, p_now, a.error_type, v_message
        from actions a
       where a.operation_id = p_operation_id and a.position = v.position;
    perform end_operation(p_operation_id, 'failed', v.position, p_now);
    return false;
  end if;

  if v.wait ? 'as' and v.wait ? 'approval' then
    v_patch := decision_patch(v.wait, v_approval);
  elsif v.wait ? 'as' then
    select jsonb_build_object('set', jsonb_build_object(v.wait ->> 'as', coalesce(
             (
               select jsonb_build_object('name', s.name, 'payload', s.payload, 'sent_by', s.sent_by,
                                         'sent_at', to_char(s.sent_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                 from signals s where s.id = p_signal_id
             ),
             '{"timed_out": true}'
           )))
      into v_patch;
  end if;
  -- The signal stays in the inbox: a retry reads it, once there is room. Of a decision decide has seen that it fits.
  if v_patch is not null and not fits(p_operation_id, v_patch) then
    perform refuse_action(p_operation_id, 'GlobalsTooLarge', format(
      'the %s would make the globals larger than 1 MiB, or deeper than 512, as "%s"; make room with set_global, then retry',
      case when v.wait ? 'approval' then 'end of the approval' else 'signal' end, v.wait ->> 'as'
    ));
    return false;
  end if;
  if p_signal_id is not null then
    update signals set read_at = p_now, read_position = v.position, read_run = v.run where id = p_signal_id;
  end if;
  update actions
     set started_at = v.waits_since, completed_at = p_now, completed_claim_id = next_claim_id(), attempts_count = 1, wait_outcome = p_outcome,
         errored_at = null, error_type = null, error_message = null, stack_trace = null
   where operation_id = p_operation_id and position = v.position;

  v_branch := v_choice ->> 'branch';
  if v_branch is not null then
    v_target := find_position(p_operation_id, v_branch);
    perform apply_jump(p_operation_id, v_target, p_now);
  elsif v.branch = 'main' then
    select a.position into v_target from actions a where a.operation_id = p_operation_id and a.position = v.position + 1 and a.branch = 'main';
  else
    v_target := position_after(p_operation_id, v.branch, v.position);
  end if;
  return go_on_at(p_operation_id, v_target, v_patch, v.steps_left, p_now);
end
$$;
comment on function leave_wait(bigint, text, bigint, timestamptz) is
  'Ends the wait that an operation is at, by the signal that is given if there is one, or by what was decided, and brings the operation to its next step or its end. Returns whether '
  'that is a wait again.';

-- Locks: as settle_wait.
create or replace function go_on_at(p_operation_id bigint, p_position integer, p_patch jsonb, p_steps_left integer, p_now timestamptz) returns boolean
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations;
  v_next actions;
  v_due timestamptz;
  v_slot text;
  v_queue text;
begin
  if p_patch is not null or p_position is null then
    update operations
       set globals = case when p_patch is null then globals else patched(globals, p_patch) end,
           state = case when p_position is null then 'completed' else state end,
           ended_at = case when p_position is null then p_now end
     where id = p_operation_id;
  end if;
  if p_position is null then
    delete from jobs where operation_id = p_operation_id;
    return false;
  end if;

  select * into strict v_operation from operations where id = p_operation_id;
  select * into strict v_next from actions where operation_id = p_operation_id and position = p_position;
  v_due := case when v_next.wait is not null then p_now
                else due_at(v_next.perform_at, v_next.perform_in, v_next.perform_at_global, v_operation.globals, p_now) end;
  if p_steps_left <= 1 or v_due = 'infinity' then
    perform refuse_next(p_operation_id, p_position, null, case when p_steps_left <= 1 then 'StepLimit' else 'InvalidPerformAt' end);
    return false;
  end if;
  v_slot := (select operation_slot from jobs where operation_id = p_operation_id);
  v_queue := job_queue(v_next.wait, v_next.limits, v_slot, null, null, v_next.queue, v_operation.queue);
  update jobs
     set position = p_position, steps_left = p_steps_left - 1, run_at = v_due, queue = v_queue, waits_since = null, attempt = 0,
         operation_slot = kept_slot(v_slot, v_next.wait, v_next.limits),
         handler = case when v_operation.branches is null then v_operation.name else '' end || '/' || v_next.name
   where operation_id = p_operation_id;
  if v_next.wait is null and v_due <= p_now then
    perform wake(v_queue, 1);
  end if;
  return v_next.wait is not null;
end
$$;
comment on function go_on_at(bigint, integer, jsonb, integer, timestamptz) is
  'Brings an operation, after a patch of its globals, from a wait to the step at a position, or to its end for null. Returns whether that is a wait.';

create or replace function wait_end(p_wait jsonb, p_begin timestamptz, p_now timestamptz) returns timestamptz
  language sql stable
  return case
    when p_begin > p_now or p_wait is null or p_wait ?| '{until,approval}' then null
    else coalesce(p_begin + make_interval(secs => coalesce(p_wait ->> 'for', p_wait ->> 'timeout')::double precision), 'infinity')
  end;
comment on function wait_end(jsonb, timestamptz, timestamptz) is
  'The deadline of a wait that begins at a time which has come, infinity where it has none; null for one that has not begun, for an action, and for what '
  'settle_wait begins: an approval, and a wait whose end is in the globals.';

create or replace function timeout_message(p_wait jsonb, p_since timestamptz, p_deadline timestamptz) returns text
  language sql stable
  set search_path from current
  set intervalstyle = 'postgres'
as $$
  select case
    when p_wait ? 'approval' then format('nobody decided the approval "%s" ', p_wait ->> 'approval')
    else format('no signal %s came ', awaited_signals(p_wait))
  end || coalesce(
    (
      select 'within ' || justify_interval(timeout)
        from make_interval(secs => (p_wait ->> 'timeout')::double precision) as timeout
       where time_after(p_since, timeout) = p_deadline
    ),
    'before its deadline'
  )
$$;
comment on function timeout_message(jsonb, timestamptz, timestamptz) is 'The error of a wait that has failed; somebody may have moved its deadline.';

create or replace function awaited_signals(p_wait jsonb) returns text
  language sql immutable
  set search_path from current
as $$
  select string_agg(format('"%s"', name), ' or ' order by n) from jsonb_array_elements_text(p_wait -> 'signals') with ordinality as s (name, n)
$$;
comment on function awaited_signals(jsonb) is 'The signals that a wait names, in words.';
