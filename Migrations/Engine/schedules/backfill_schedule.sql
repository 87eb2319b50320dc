create or replace function backfill_limit() returns integer language sql immutable return 10000;
comment on function backfill_limit() is 'How many slots one backfill may have.';

-- Locks: nothing that is contended; the operation is new.
create or replace function backfill_schedule(
  name text, since timestamptz, until timestamptz default null, concurrency integer default 1, newest_first boolean default false, reason text default null
) returns bigint
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_schedule schedules := find_schedule(name);
  v_preview record;
  v_id bigint;
begin
  if concurrency is null or concurrency not between 1 and 100 then
    raise exception using errcode = 'OP004', message = format('concurrency: %s is not 1 to 100', coalesce(concurrency::text, 'null')),
      hint = 'It is how many operations of the backfill are active at once.';
  end if;
  if newest_first is null then
    raise exception using errcode = 'OP004', message = 'newest_first: null is not true or false';
  end if;
  until := coalesce(until, clock_now());
  select * into v_preview from preview_backfill(name, since, until);
  if v_preview.slots = 0 then
    raise exception using errcode = 'OP004', message = format('the schedule "%s" has no slot from %s to %s', v_schedule.name, since, until),
      hint = 'SELECT * FROM preview_slots(…, after => …) shows the slots of a cron expression.';
  end if;
  insert into operations (name, queue, priority, tags, globals, schedule)
    values (
      'backops.backfill', v_schedule.queue, v_schedule.priority, v_schedule.tags,
      jsonb_build_object(
        'schedule', v_schedule.name, 'since', slot_text(since), 'until', slot_text(until), 'concurrency', concurrency, 'newest_first', newest_first,
        'slots', v_preview.slots, 'done', 0
      ),
      v_schedule.name
    )
    returning id into v_id;
  perform write_audit('backfill_schedule', array[v_id], reason, jsonb_build_object(
    'schedule', v_schedule.name, 'since', since, 'until', until, 'slots', v_preview.slots
  ));
  return v_id;
end
$$;
comment on function backfill_schedule(text, timestamptz, timestamptz, integer, boolean, text) is
  'Runs the slots of a schedule from one time to another, both included, or up to now, that have no operation yet; also those before its start. Returns the id of an '
  'operation backops.backfill, whose globals say how far it is; cancel ends it. It starts the oldest slot first, and keeps as many operations active as '
  'concurrency says. SELECT backops.backfill_schedule(''nightly-report'', ''2027-01-01'', ''2027-01-31'', concurrency => 2)';

create or replace function preview_backfill(name text, since timestamptz, until timestamptz default null)
  returns table (slots integer, first_slot timestamptz, last_slot timestamptz, already_run integer)
  language plpgsql stable
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_schedule schedules := find_schedule(name);
  v_cron bigint[] := case when v_schedule.cron is not null then parse_cron(v_schedule.cron) end;
  v_slot timestamptz;
begin
  until := coalesce(until, clock_now());
  if isfinite(since) is not true or isfinite(until) is not true or since > until then
    raise exception using errcode = 'OP004',
      message = format('since %s, until %s: there is no such time span', coalesce(since::text, 'null'), until),
      hint = 'since is the earlier of two times that have passed.';
  end if;
  if until > clock_now() then
    raise exception using errcode = 'OP004', message = format('until: %s has not come yet', until), hint = 'The schedule runs slots to come by itself.';
  end if;
  v_schedule := begun_before(v_schedule, since);
  slots := 0;
  already_run := 0;
  v_slot := schedule_slot(v_schedule, v_cron, since - interval '1 microsecond');
  while v_slot <= until loop
    slots := slots + 1;
    if slots > backfill_limit() then
      raise exception using errcode = 'OP004', message = format('the schedule "%s" has more than %s slots from %s to %s', v_schedule.name, backfill_limit(), since, until),
        hint = 'Give a shorter time span, and the next one when that is done.';
    end if;
    first_slot := coalesce(first_slot, v_slot);
    last_slot := v_slot;
    if exists (select from operations o where o.name = v_schedule.operation and o.key = v_schedule.name || '/' || slot_text(v_slot)) then
      already_run := already_run + 1;
    end if;
    v_slot := schedule_slot(v_schedule, v_cron, v_slot);
  end loop;
  return next;
end
$$;
comment on function preview_backfill(text, timestamptz, timestamptz) is
  'How many slots a schedule has from one time to another, both included, and how many of them have an operation already, which a backfill leaves out.';

create or replace function begun_before(p_schedule schedules, p_at timestamptz) returns schedules
  language plpgsql immutable
  set search_path from current
as $$
declare
  v schedules := p_schedule;
  v_every double precision := extract(epoch from p_schedule.every);
begin
  if p_at < v.starts_at then
    v.starts_at := case
      when v.every is null then p_at
      else v.starts_at - make_interval(secs => v_every * ceil(extract(epoch from v.starts_at - p_at)::double precision / v_every))
    end;
  end if;
  return v;
end
$$;
comment on function begun_before(schedules, timestamptz) is 'A schedule as if it had begun by an instant: every counts back from its start.';
