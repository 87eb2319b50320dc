-- The job is locked in a statement of its own, so that what is read afterwards is what whoever had it has left. So of a decision, a
-- deadline and a cancellation exactly one wins.
--
-- Locks: the job, waiting for whoever completes an action of the operation at this moment.
create or replace function open_approval(p_operation_id bigint, p_name text, p_member text, p_verb text, p_approval bigint) returns approvals
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set jit = off
as $$
declare
  v_now timestamptz;
  v_job jobs;
  v_state text;
  v_approval approvals;
  v_subject text := format('the approval "%s" of operation %s', left(p_name, 200), p_operation_id);
begin
  if is_approver_name(p_member) is not true then
    raise exception using errcode = 'OP004', message = format('"%s" is no name of somebody who decides', left(p_member, 200)),
      hint = 'Names have 1 to 200 characters, without control characters.';
  end if;
  if nullif(current_setting('backops.now', true), '') is not null and not is_owner() then
    raise exception using errcode = 'insufficient_privilege', message = format('only the owner of the schema may %s at another time than the server''s', p_verb),
      hint = 'RESET "backops.now".';
  end if;
  select * into v_job from jobs where operation_id = p_operation_id for update;
  select state into v_state from operations where id = p_operation_id;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', p_operation_id);
  end if;
  if v_state = 'active' and v_job.operation_id is null then
    raise exception using errcode = 'serialization_failure', message = format('operation %s was changed at the same moment', p_operation_id),
      hint = 'Call again.';
  end if;
  v_now := clock_now();
  select * into v_approval from approvals where operation_id = p_operation_id and name = p_name order by id desc limit 1;
  if v_approval.id is null then
    perform refuse_unasked(p_operation_id, p_name, v_state, v_job.position);
  end if;
  if p_approval <> v_approval.id then
    v_approval := shown_approval(p_approval, v_approval);
  end if;
  if not may_decide(v_approval.role, p_member) and not (p_verb = 'extend' and is_operator()) then
    raise exception using errcode = 'insufficient_privilege', message = format('"%s" may not %s %s', p_member, p_verb, v_subject),
      hint = who_decides(v_approval.role);
  end if;
  if v_approval.decision is not null then
    raise exception using errcode = 'OP003',
      message = case v_approval.decision
        when 'lapsed' then format('%s has lapsed: it was due by %s', v_subject, v_approval.deadline)
        when 'withdrawn' then format('%s was withdrawn at %s', v_subject, v_approval.decided_at)
        else concat_ws(': ', format('%s was %s by "%s" at %s', v_subject, v_approval.decision, v_approval.decided_by, v_approval.decided_at), v_approval.reason)
      end,
      hint = case
        when v_state in ('failed', 'cancelled') then format('retry(%s) asks again.', p_operation_id)
        else 'run_from asks again, from that step on.'
      end;
  end if;
  if v_approval.deadline <= v_now then
    raise exception using errcode = 'OP003', message = format('%s was due by %s: it is too late', v_subject, v_approval.deadline),
      hint = 'The operation goes on as if nobody had decided, as soon as a worker has looked.';
  end if;
  return v_approval;
end
$$;
comment on function open_approval(bigint, text, text, text, bigint) is
  'Locks an operation for somebody who may decide its approval, and returns that: OP002 no such operation, OP005 no such approval, OP003 not pending, or not the '
  'one that was shown, 42501 somebody who may not.';

-- Whoever saw one question must not answer another one, which came while he looked.
create or replace function shown_approval(p_approval bigint, p_latest approvals) returns approvals
  language plpgsql stable
  set search_path from current
  set enable_seqscan = off
as $$
declare
  v_shown approvals;
  v_subject text := format('the approval "%s" of operation %s', p_latest.name, p_latest.operation_id);
begin
  select * into v_shown from approvals where id = p_approval and operation_id = p_latest.operation_id and name = p_latest.name;
  if not found then
    raise exception using errcode = 'OP005', message = format('%s is no number of %s', p_approval, v_subject),
      hint = format('approval_status has the numbers; the last one is %s.', p_latest.id);
  end if;
  if p_latest.decision is null then
    raise exception using errcode = 'OP003',
      message = case
        when v_shown.position = p_latest.position then format('%s was asked anew since %s: number %s is pending now', v_subject, v_shown.id, p_latest.id)
        else format('%s is asked by another step than %s was: number %s of %s is pending now', v_subject, v_shown.id, p_latest.id,
                    (select branch || '/' || name from actions where operation_id = p_latest.operation_id and position = p_latest.position))
      end,
      hint = format('pending_approvals has what is asked now. To answer that, give its number, %s.', p_latest.id);
  end if;
  return v_shown;
end
$$;
comment on function shown_approval(bigint, approvals) is
  'The approval of a number that is not the last one of its name, and so was decided, lapsed or withdrawn; OP003 while the last one is pending, OP005 no such number.';

create or replace function refuse_unasked(p_operation_id bigint, p_name text, p_state text, p_position integer) returns void
  language plpgsql stable
  set search_path from current
  set enable_seqscan = off
as $$
declare
  v_step text;
begin
  select branch || '/' || name into v_step
    from actions where operation_id = p_operation_id and wait ->> 'approval' = p_name order by position limit 1;
  if v_step is null then
    raise exception using errcode = 'OP005', message = format('operation %s has no approval "%s"', p_operation_id, left(p_name, 200)),
      hint = coalesce((
        select 'It has ' || string_agg(distinct format('"%s"', wait ->> 'approval'), ', ') || '.' from actions where operation_id = p_operation_id and wait ? 'approval'
      ), 'Its plan has none.');
  end if;
  raise exception using errcode = 'OP003',
    message = format('operation %s has not asked for the approval "%s"', p_operation_id, p_name)
      || case when p_state = 'active' then format(': it is at %s', (select branch || '/' || name from actions where operation_id = p_operation_id and position = p_position))
              else format(', and is %s', p_state) end,
    hint = format('It asks when it comes to %s; pending_approvals has what is asked now.', v_step);
end
$$;
comment on function refuse_unasked(bigint, text, text, integer) is 'Refuses to decide what an operation has not asked for: OP005 no such approval, OP003 not yet.';

-- Locks: as open_approval; then what settle_wait locks.
create or replace function decide(id bigint, name text, decision text, reason text default null, decided_by text default null, approval bigint default null) returns approvals
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_approval approvals;
  v_wait jsonb;
begin
  if decision in ('approved', 'rejected') is not true then
    raise exception using errcode = 'OP004', message = format('"%s" is no decision', left(decision, 100)), hint = 'Give approved or rejected.';
  end if;
  v_approval := open_approval(decide.id, name, coalesce(decided_by, session_user::text), 'decide', approval);
  update approvals a
     set decision = decide.decision, decided_by = coalesce(decide.decided_by, session_user::text), vouched_by = session_user, decided_at = clock_now(),
         reason = left(concealed(decide.id, decide.reason), 2000)
   where a.id = v_approval.id
  returning * into v_approval;
  select a.wait into strict v_wait from actions a where a.operation_id = decide.id and a.position = v_approval.position;
  if v_wait ? 'as' and not fits(decide.id, decision_patch(v_wait, v_approval)) then
    raise exception using errcode = 'OP003', message = format('the decision would make the globals of operation %s larger than 1 MiB, or deeper than 512', decide.id),
      hint = format('Make room with set_global(%s, key, null), then decide again.', decide.id);
  end if;
  perform write_audit('decide', array[decide.id], v_approval.reason, jsonb_build_object(
    'name', v_approval.name, 'role', v_approval.role, 'decision', decision, 'by', v_approval.decided_by
  ));
  perform settle_wait(decide.id);
  return v_approval;
end
$$;
comment on function decide(bigint, text, text, text, text, bigint) is
  'Approves or rejects what an operation asks for, once, and returns the row of approvals: the operation goes on in the same transaction. decided_by is whom the '
  'caller vouches for, else the role that is logged in; approval is the number that was shown, and refuses what was asked since. SELECT * FROM backops.decide(48213, ''refund'', ''approved'', ''the goods are back'')';

create or replace function decide(
  operation text, key text, name text, decision text, reason text default null, decided_by text default null, approval bigint default null
) returns approvals
  language sql
  set search_path from current
as $$
  select decide(keyed_operation(operation, key), name, decision, reason, decided_by, approval)
$$;
comment on function decide(text, text, text, text, text, text, bigint) is
  'Approves or rejects what the operation of that name and key asks for, the last one where several had it. '
  'SELECT * FROM backops.decide(''Refund'', ''order-42'', ''refund'', ''rejected'', ''no receipt'')';

create or replace function decision_patch(p_wait jsonb, p_approval approvals) returns jsonb
  language sql immutable
  set search_path from current
as $$
  select jsonb_build_object('set', jsonb_build_object(p_wait ->> 'as', case
    when p_approval.decision = 'lapsed' then '{"timed_out": true}'
    else jsonb_build_object(
      'decision', p_approval.decision, 'by', p_approval.decided_by, 'reason', p_approval.reason,
      'at', to_char(p_approval.decided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )
  end))
$$;
comment on function decision_patch(jsonb, approvals) is 'What an approval that has ended writes into the globals.';

create or replace function rejection_message(p_approval approvals) returns text
  language sql immutable
  set search_path from current
as $$
  select concat_ws(': ', format('"%s" rejected "%s"', p_approval.decided_by, p_approval.name), p_approval.reason)
$$;
comment on function rejection_message(approvals) is 'The error of an operation that fails because somebody has rejected what it asked for.';
