create or replace function check_time_zone(p_zone text) returns void
  language plpgsql stable
  set search_path from current
as $$
begin
  -- Abbreviations and offsets have no rules of summer time, and POSIX specifications take any word for a name. Without a digit it is none of
  -- these; the list of all names is read from a file for each of them, which takes 30 ms.
  if p_zone ~ '^[A-Za-z_]+(/[A-Za-z_-]+)+$' then
    begin
      perform clock_now() at time zone p_zone;
      return;
    exception
      when invalid_parameter_value then
        null;
    end;
  end if;
  if p_zone is null or p_zone <> 'UTC' and not exists (select from pg_timezone_names where name = p_zone) then
    raise exception using errcode = 'OP004', message = format('time zone: %s is unknown', coalesce('"' || left(p_zone, 100) || '"', 'null')),
      hint = coalesce(
        (select format('Did you mean "%s"?', name) from pg_timezone_names where lower(name) = lower(p_zone) limit 1),
        'Give the name of a place, such as Europe/Berlin; pg_timezone_names lists them.'
      );
  end if;
end
$$;
comment on function check_time_zone(text) is 'Refuses a time zone that the server does not know by its name (SQLSTATE OP004).';

create or replace function schedule_slot(p_schedule schedules, p_cron bigint[], p_after timestamptz) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
declare
  v_after timestamptz := greatest(p_after, p_schedule.starts_at - interval '1 microsecond');
  v_every double precision;
  v_slot timestamptz;
begin
  if p_schedule.every is null then
    v_slot := next_slot(p_cron, p_schedule.time_zone, v_after);
  elsif p_after < p_schedule.starts_at then
    v_slot := p_schedule.starts_at;
  else
    v_every := extract(epoch from p_schedule.every);
    v_slot := p_schedule.starts_at
      + make_interval(secs => v_every * (floor(extract(epoch from p_after - p_schedule.starts_at)::double precision / v_every) + 1));
  end if;
  return case when v_slot > p_schedule.ends_at then null else v_slot end;
end
$$;
comment on function schedule_slot(schedules, bigint[], timestamptz) is 'The first slot of a schedule after an instant; null when there is none any more.';

create or replace function last_schedule_slot(p_schedule schedules, p_cron bigint[], p_from timestamptz, p_until timestamptz) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
declare
  v_step interval := interval '1 second';
  v_low timestamptz := greatest(p_until - v_step, p_from);
  v_high timestamptz := p_until;
  v_middle timestamptz;
  v_slot timestamptz;
begin
  if p_until <= p_from then
    return null;
  end if;
  -- Mostly there are few.
  v_middle := schedule_slot(p_schedule, p_cron, p_from);
  for v_look in 1..8 loop
    if coalesce(v_middle > p_until, true) then
      return v_slot;
    end if;
    v_slot := v_middle;
    v_middle := schedule_slot(p_schedule, p_cron, v_slot);
  end loop;
  -- Back in steps that double until a slot follows, then by halves: some fifty looks, however many slots there are.
  while v_low > p_from and coalesce(schedule_slot(p_schedule, p_cron, v_low) > p_until, true) loop
    v_high := v_low;
    v_step := v_step * 2;
    v_low := greatest(v_low - v_step, p_from);
  end loop;
  while v_high - v_low > interval '1 second' loop
    v_middle := v_low + make_interval(secs => extract(epoch from v_high - v_low)::double precision / 2);
    if schedule_slot(p_schedule, p_cron, v_middle) <= p_until then
      v_low := v_middle;
    else
      v_high := v_middle;
    end if;
  end loop;
  -- In the second that is left there may be two.
  v_middle := schedule_slot(p_schedule, p_cron, v_low);
  while v_middle <= p_until loop
    v_slot := v_middle;
    v_middle := schedule_slot(p_schedule, p_cron, v_slot);
  end loop;
  return v_slot;
end
$$;
comment on function last_schedule_slot(schedules, bigint[], timestamptz, timestamptz) is
  'The last slot of a schedule after p_from and up to p_until; null if there is none. It takes a few dozen steps, whatever the number of slots.';

create or replace function count_schedule_slots(p_schedule schedules, p_cron bigint[], p_from timestamptz, p_until timestamptz, p_limit integer) returns integer
  language plpgsql stable
  set search_path from current
as $$
declare
  v_slot timestamptz := schedule_slot(p_schedule, p_cron, p_from);
  v_count integer := 0;
begin
  while v_slot <= p_until and v_count < p_limit loop
    v_count := v_count + 1;
    v_slot := schedule_slot(p_schedule, p_cron, v_slot);
  end loop;
  return v_count;
end
$$;
comment on function count_schedule_slots(schedules, bigint[], timestamptz, timestamptz, integer) is
  'How many slots a schedule has after p_from and up to p_until, counted up to p_limit.';

create or replace function slot_jitter(p_name text, p_slot timestamptz, p_jitter interval) returns interval
  language sql immutable
  set search_path from current
as $$
  select p_jitter * ((hashtextextended(p_name || '/' || extract(epoch from p_slot), 0) & 1048575) / 1048576.0)::double precision
$$;
comment on function slot_jitter(text, timestamptz, interval) is 'How much after its time a slot becomes due: the same whenever and wherever it is asked.';
