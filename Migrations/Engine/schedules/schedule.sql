create or replace function refuse_unknown_schedule(p_name text) returns void
  language plpgsql stable
  set search_path from current
as $$
begin
  raise exception using errcode = 'OP002', message = format('there is no schedule %s', coalesce('"' || left(p_name, 200) || '"', 'null')),
    hint = coalesce(
      (select format('Did you mean "%s"?', near) from nearest_name(p_name, array(select s.name::text from schedules s)) as near where near is not null),
      'The view schedule_status lists them.'
    );
end
$$;
comment on function refuse_unknown_schedule(text) is 'Says that there is no such schedule (SQLSTATE OP002), and which one may have been meant.';

create or replace function find_schedule(p_name text) returns schedules
  language plpgsql stable
  set search_path from current
as $$
declare
  v_schedule schedules;
begin
  select * into v_schedule from schedules s where s.name = p_name;
  if not found then
    perform refuse_unknown_schedule(p_name);
  end if;
  return v_schedule;
end
$$;
comment on function find_schedule(text) is 'The schedule of a name; one that does not exist is refused (SQLSTATE OP002).';

create or replace function check_schedule(p_schedule schedules) returns void
  language plpgsql stable
  set search_path from current
as $$
declare
  v_problem text := case
    when (p_schedule.cron is null) = (p_schedule.every is null) then 'a schedule has either cron or every'
    when p_schedule.every < interval '1 second' then format('every: %s is shorter than a second', p_schedule.every)
    when p_schedule.every > interval '3650 days' then format('every: %s is longer than ten years', p_schedule.every)
    when extract(month from p_schedule.every) <> 0 or extract(year from p_schedule.every) <> 0 then
      format('every: %s has months, whose length differs', p_schedule.every)
    when not isfinite(p_schedule.starts_at) then format('starts_at: %s never comes', p_schedule.starts_at)
    when p_schedule.ends_at < p_schedule.starts_at then format('ends_at: %s is before starts_at %s', p_schedule.ends_at, p_schedule.starts_at)
    when p_schedule.overlap in ('skip', 'buffer', 'allow', 'cancel') is not true then
      format('overlap: %s is not skip, buffer, allow or cancel', coalesce('"' || left(p_schedule.overlap, 100) || '"', 'null'))
    when p_schedule.catch_up in ('latest', 'all', 'none') is not true then
      format('catch_up: %s is not latest, all or none', coalesce('"' || left(p_schedule.catch_up, 100) || '"', 'null'))
    when p_schedule.catch_up_limit between 1 and 100000 is not true then
      format('catch_up_limit: %s is not 1 to 100000', coalesce(p_schedule.catch_up_limit::text, 'null'))
    when p_schedule.catch_up_window between interval '1 minute' and interval '3650 days' is not true then
      format('catch_up_window: %s is not a minute to ten years', coalesce(p_schedule.catch_up_window::text, 'null'))
    when p_schedule.jitter between interval '0' and interval '1 day' is not true then
      format('jitter: %s is not 0 to a day', coalesce(p_schedule.jitter::text, 'null'))
    when p_schedule.pause_after_failures < 1 then format('pause_after_failures: %s is not 1 or more', p_schedule.pause_after_failures)
  end;
begin
  if v_problem is not null then
    raise exception using errcode = 'OP004', message = v_problem,
      hint = 'cron is ''30 2 * * *'' with a time_zone, every an interval such as ''90 minutes'', counted from starts_at on.';
  end if;
  perform check_time_zone(p_schedule.time_zone);
end
$$;
comment on function check_schedule(schedules) is 'Refuses a schedule that makes no sense, with the argument at fault (SQLSTATE OP004).';

-- Locks: an advisory lock of the name, so that workers that declare the same schedule at once do it one after the other; then the
-- schedule's row, waiting for a worker that is taking a slot of it.
create or replace function hold_schedule(p_name text) returns schedules
  language plpgsql
  set search_path from current
as $$
declare
  v_schedule schedules;
begin
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/schedule/' || p_name, 0));
  select * into v_schedule from schedules s where s.name = p_name for update;
  return v_schedule;
end
$$;
comment on function hold_schedule(text) is 'The schedule of a name, locked against changes; nulls where there is none, and nobody else can create it then.';

-- Locks: as hold_schedule.
create or replace function schedule(
  name            text,
  operation       text,
  cron            text        default null,
  every           interval    default null,
  time_zone       text        default 'UTC',
  globals         jsonb       default '{}',
  queue           text        default 'default',
  priority        integer     default 5,
  tags            text[]      default '{}',
  starts_at       timestamptz default null,
  ends_at         timestamptz default null,
  overlap         text        default 'skip',
  catch_up        text        default 'latest',
  catch_up_limit  integer     default 1000,
  catch_up_window interval    default '1 day',
  jitter          interval    default '0',
  pause_after_failures integer default null
) returns bigint
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_column
declare
  v_old schedules;
  v_new schedules;
begin
  if schedule.cron is not null then
    perform parse_cron(schedule.cron);
  end if;
  v_old := hold_schedule(schedule.name);
  perform refuse_declared_schedule(v_old, 'Change it there, and deploy; pause_schedule stops it meanwhile.');
  if v_old.undeclared_at is not null then
    perform end_undeclared(v_old);
    v_old := find_schedule(schedule.name);
  end if;
  v_new := v_old;
  v_new.name := schedule.name;
  v_new.operation := schedule.operation;
  v_new.cron := schedule.cron;
  v_new.every := every_of(schedule.every);
  v_new.time_zone := schedule.time_zone;
  v_new.globals := schedule.globals;
  v_new.queue := schedule.queue;
  v_new.priority := schedule.priority;
  v_new.tags := schedule.tags;
  v_new.starts_at := schedule.starts_at;
  v_new.ends_at := schedule.ends_at;
  v_new.overlap := schedule.overlap;
  v_new.catch_up := schedule.catch_up;
  v_new.catch_up_limit := schedule.catch_up_limit;
  v_new.catch_up_window := elapsed(schedule.catch_up_window);
  v_new.jitter := elapsed(schedule.jitter);
  v_new.pause_after_failures := schedule.pause_after_failures;
  v_new.application := null;
  v_new := write_schedule(v_old, v_new);
  if v_new.next_at is null and v_old.id is null then
    raise exception using errcode = 'OP004', message = 'the schedule has no slot', hint = format('ends_at %s is before its first one.', v_new.ends_at);
  end if;
  if v_new is distinct from v_old then
    perform write_audit('schedule', null, null, jsonb_build_object(
      'schedule', v_new.name, 'operation', v_new.operation, 'cron', v_new.cron, 'every', v_new.every, 'time_zone', v_new.time_zone
    ));
  end if;
  return v_new.id;
end
$$;
comment on function schedule(
  text, text, text, interval, text, jsonb, text, integer, text[], timestamptz, timestamptz, text, text, integer, interval, interval, integer
) is
  'Creates a schedule, or makes the one of that name what the arguments say; where it is so already, nothing changes. Returns its number. '
  'SELECT backops.schedule(''nightly-report'', ''Report'', cron => ''30 2 * * *'', time_zone => ''Europe/Berlin'')';

create or replace function every_of(p_every interval) returns interval
  language sql immutable
  set search_path from current
as $$
  -- One with months is refused in the words in which it was given.
  select case when extract(month from p_every) <> 0 or extract(year from p_every) <> 0 then p_every else elapsed(p_every) end
$$;
comment on function every_of(interval) is 'The time that passes between two slots: days of 24 hours.';

-- Locks: the schedule's row is locked by the caller, with hold_schedule.
create or replace function write_schedule(p_old schedules, p_new schedules) returns schedules
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_new schedules := p_new;
  v_cron bigint[] := case when p_new.cron is not null then parse_cron(p_new.cron) end;
begin
  v_new.starts_at := coalesce(p_new.starts_at, p_old.starts_at, date_trunc('second', v_now));
  v_new.ends_at := nullif(p_new.ends_at, 'infinity');
  perform check_schedule(v_new);
  if p_old.id is not null and v_new is not distinct from p_old then
    return p_old;
  end if;

  -- A changed time applies to slots to come; slots of the old one that nobody took yet are not made up for.
  v_new.decided_until := case
    when (p_old.cron, p_old.every, p_old.time_zone, p_old.starts_at) is not distinct from (v_new.cron, v_new.every, v_new.time_zone, v_new.starts_at)
      then p_old.decided_until
    else greatest(v_now, v_new.starts_at - interval '1 microsecond')
  end;
  v_new.next_at := schedule_slot(v_new, v_cron, v_new.decided_until);
  v_new.due_at := schedule_due_at(v_new);

  if p_old.id is null then
    insert into schedules as s (
      name, operation, cron, every, time_zone, starts_at, ends_at, globals, queue, priority, tags, overlap, catch_up, catch_up_limit, catch_up_window,
      jitter, pause_after_failures, application, decided_until, next_at, due_at
    ) values (
      v_new.name, v_new.operation, v_new.cron, v_new.every, v_new.time_zone, v_new.starts_at, v_new.ends_at, v_new.globals, v_new.queue, v_new.priority,
      v_new.tags, v_new.overlap, v_new.catch_up, v_new.catch_up_limit, v_new.catch_up_window, v_new.jitter, v_new.pause_after_failures,
      v_new.application, v_new.decided_until, v_new.next_at, v_new.due_at
    )
    returning * into v_new;
  else
    update schedules s
       set operation = v_new.operation, cron = v_new.cron, every = v_new.every, time_zone = v_new.time_zone, starts_at = v_new.starts_at,
           ends_at = v_new.ends_at, globals = v_new.globals, queue = v_new.queue, priority = v_new.priority, tags = v_new.tags,
           overlap = v_new.overlap, catch_up = v_new.catch_up, catch_up_limit = v_new.catch_up_limit, catch_up_window = v_new.catch_up_window,
           jitter = v_new.jitter, pause_after_failures = v_new.pause_after_failures, application = v_new.application,
           decided_until = v_new.decided_until, next_at = v_new.next_at, due_at = v_new.due_at, changed_at = v_now, changed_by = session_user
     where s.id = p_old.id
    returning * into v_new;
  end if;
  perform wake_schedulers(v_new.due_at);
  return v_new;
end
$$;
comment on function write_schedule(schedules, schedules) is
  'Creates a schedule, or gives the old one the description of the new one; returns it as it is now, and the old one where nothing changes.';

create or replace function schedule_due_at(p_schedule schedules) returns timestamptz
  language sql stable
  set search_path from current
as $$
  select case
    when p_schedule.undeclared_at is not null then null
    when p_schedule.paused_at is not null then p_schedule.paused_until
    -- A slot that waits for the end of another operation is looked at every few seconds.
    when p_schedule.buffered_slot is not null then
      least(p_schedule.next_at + slot_jitter(p_schedule.name, p_schedule.next_at, p_schedule.jitter), clock_now() + interval '5 seconds')
    else p_schedule.next_at + slot_jitter(p_schedule.name, p_schedule.next_at, p_schedule.jitter)
  end
$$;
comment on function schedule_due_at(schedules) is 'When a worker has to look at a schedule; null for never.';

-- Locks: the schedule's row, waiting for a worker that is taking a slot of it, and rows of its skipped slots, which only its holder changes.
create or replace function unschedule(name text, reason text default null) returns void
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_id bigint;
begin
  perform refuse_declared_schedule(s, 'Remove it there, and deploy, which pauses it; then it can be removed. pause_schedule stops it meanwhile.')
     from schedules s
    where s.name = unschedule.name
      for update;
  delete from schedules s where s.name = unschedule.name returning s.id into v_id;
  if not found then
    perform refuse_unknown_schedule(name);
  end if;
  delete from skipped_slots s where s.schedule_id = v_id;
  perform write_audit('unschedule', null, reason, jsonb_build_object('schedule', name));
end
$$;
comment on function unschedule(text, text) is 'Removes a schedule, and what is known of its skipped slots. Its operations stay, and go on.';
