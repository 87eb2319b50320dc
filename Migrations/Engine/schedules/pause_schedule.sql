-- Locks: the schedule's row, waiting for a worker that is taking a slot of it.
create or replace function pause_schedule(name text, reason text default null, until timestamptz default null) returns void
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_now timestamptz := clock_now();
begin
  if until <= v_now or not isfinite(until) then
    raise exception using errcode = 'OP004', message = format('a schedule cannot be paused until %s', until),
      hint = 'Give a time to come, such as now() + interval ''1 hour'', or none for until somebody resumes it.';
  end if;
  update schedules s
     set paused_at = coalesce(s.paused_at, v_now), paused_until = until, paused_by = session_user, pause_reason = left(reason, 2000),
         due_at = case when s.undeclared_at is null then until end
   where s.name = pause_schedule.name;
  if not found then
    perform refuse_unknown_schedule(name);
  end if;
  perform write_audit('pause_schedule', null, reason, jsonb_build_object('schedule', name, 'until', until));
end
$$;
comment on function pause_schedule(text, text, timestamptz) is
  'Pauses a schedule until a time, or until somebody resumes it. Slots of the meantime are skipped, and recorded as such; an operation of it that is '
  'active goes on. One that is paused gets the new time and reason. SELECT backops.pause_schedule(''nightly-report'', ''bank holiday'')';

-- Locks: the schedule's row, waiting for a worker that is taking a slot of it.
create or replace function resume_schedule(name text, reason text default null) returns void
  language plpgsql
  set search_path from current
as $$
declare
  v_schedule schedules;
begin
  select * into v_schedule from schedules s where s.name = resume_schedule.name for update;
  if not found then
    perform refuse_unknown_schedule(resume_schedule.name);
  end if;
  if v_schedule.paused_at is null and v_schedule.undeclared_at is null then
    raise exception using errcode = 'OP003', message = format('schedule "%s" is not paused', v_schedule.name);
  end if;
  perform end_schedule_pause(v_schedule);
  if v_schedule.undeclared_at is not null then
    update schedules s set application = null, changed_at = clock_now(), changed_by = session_user where s.id = v_schedule.id;
  end if;
  perform wake_schedulers(s.due_at) from schedules s where s.id = v_schedule.id;
  perform write_audit('resume_schedule', null, reason, jsonb_build_object(
    'schedule', v_schedule.name, 'taken_from', case when v_schedule.undeclared_at is not null then v_schedule.application end
  ));
end
$$;
comment on function resume_schedule(text, text) is 'Lets a paused schedule go on with its next slot. Those of the pause are skipped. One that the code of an application no longer names belongs to '
  'nobody''s code from then on.';

-- Locks: the schedule's row, which the caller has locked already.
create or replace function end_schedule_pause(p_schedule schedules) returns void
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_cron bigint[] := case when p_schedule.cron is not null then parse_cron(p_schedule.cron) end;
  v_until timestamptz := case when p_schedule.undeclared_at is null then least(p_schedule.paused_until, v_now) else v_now end;
  v_schedule schedules := p_schedule;
  v_last timestamptz := last_schedule_slot(p_schedule, v_cron, p_schedule.decided_until, v_until);
begin
  if v_last is not null then
    perform skip_slots(
      p_schedule, v_cron, v_last, 'paused',
      coalesce(p_schedule.pause_reason, case when p_schedule.undeclared_at is not null then undeclared_reason(p_schedule.application) end)
    );
    v_schedule.decided_until := v_last;
  end if;
  v_schedule.paused_at := null;
  v_schedule.paused_until := null;
  v_schedule.undeclared_at := null;
  v_schedule.next_at := schedule_slot(v_schedule, v_cron, v_schedule.decided_until);
  update schedules
     set paused_at = null, paused_until = null, paused_by = null, pause_reason = null, undeclared_at = null, failures_count = 0,
         decided_until = v_schedule.decided_until, next_at = v_schedule.next_at, due_at = schedule_due_at(v_schedule)
   where id = p_schedule.id;
end
$$;
comment on function end_schedule_pause(schedules) is 'Ends the pause of a schedule, and records the slots that it skipped.';
