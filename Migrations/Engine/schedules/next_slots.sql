create or replace function slot_rule(p_cron bigint[]) returns text
  language sql immutable
  set search_path from current
as $$
  select case
    when p_cron[8] & 1 = 1 then
      'goes by elapsed time, because its minute or hour begins with *: both passes of an hour that comes twice, none of one that is skipped'
    else 'is a fixed time: once right after a gap of the clock that has it, once in the first pass of an hour that comes twice'
  end
$$;
comment on function slot_rule(bigint[]) is 'What a parsed cron expression does when clocks change, in words.';

create or replace function preview_slots(cron text, time_zone text default 'UTC', n integer default 10, after timestamptz default null)
  returns table (number integer, slot timestamptz, utc timestamp, local timestamp, shifted boolean, rule text)
  language plpgsql stable
  set search_path from current
as $$
#variable_conflict use_column
declare
  v_cron bigint[] := parse_cron(preview_slots.cron);
begin
  perform check_time_zone(preview_slots.time_zone), check_slot_count(preview_slots.n);
  slot := coalesce(preview_slots.after, clock_now());
  if not isfinite(slot) then
    raise exception using errcode = 'OP004', message = format('there is no slot after %s', slot);
  end if;
  rule := slot_rule(v_cron);
  for v_number in 1..preview_slots.n loop
    slot := next_slot(v_cron, preview_slots.time_zone, slot);
    exit when slot is null;
    number := v_number;
    utc := slot at time zone 'UTC';
    local := slot at time zone preview_slots.time_zone;
    shifted := next_local_slot(v_cron, local - interval '1 second') <> local;
    return next;
  end loop;
end
$$;
comment on function preview_slots(text, text, integer, timestamptz) is
  'The next slots of a cron expression, in UTC and on the clock of the zone: shifted ones are those that a gap of the clock has moved. rule says what '
  'happens when clocks change. SELECT * FROM backops.preview_slots(''30 2 * * *'', ''Europe/Berlin'')';

create or replace function check_slot_count(p_count integer) returns void
  language plpgsql immutable
  set search_path from current
as $$
begin
  if p_count is null or p_count not between 1 and 1000 then
    raise exception using errcode = 'OP004', message = format('cannot list %s slots at once', coalesce(p_count::text, 'null')), hint = 'n is 1 to 1000.';
  end if;
end
$$;
comment on function check_slot_count(integer) is 'Refuses a number of slots that is not 1 to 1000 (SQLSTATE OP004).';

create or replace function next_slots(name text, n integer default 10)
  returns table (number integer, slot timestamptz, utc timestamp, local timestamp, due_at timestamptz)
  language plpgsql stable
  set search_path from current
as $$
#variable_conflict use_column
declare
  v_schedule schedules := find_schedule(next_slots.name);
  v_cron bigint[] := case when v_schedule.cron is not null then parse_cron(v_schedule.cron) end;
begin
  perform check_slot_count(next_slots.n);
  slot := v_schedule.decided_until;
  for v_number in 1..next_slots.n loop
    slot := schedule_slot(v_schedule, v_cron, slot);
    exit when slot is null;
    number := v_number;
    utc := slot at time zone 'UTC';
    local := slot at time zone v_schedule.time_zone;
    due_at := slot + slot_jitter(v_schedule.name, slot, v_schedule.jitter);
    return next;
  end loop;
end
$$;
comment on function next_slots(text, integer) is 'The next slots of a schedule, in UTC and on the clock of its zone, and when each becomes due with its jitter.';
