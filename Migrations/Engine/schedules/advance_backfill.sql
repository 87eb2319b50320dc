-- Locks: the operation, so that a cancel waits for the slots that are being started, and none follows it. Two callers for the same slot meet at the unique index of the key.
create or replace function advance_backfill(p_operation_id bigint)
  returns table (next_after timestamptz, active bigint[], done integer, slots integer, has_more boolean, pause interval)
  language plpgsql
  set search_path from current
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_globals jsonb;
  v_since timestamptz;
  v_until timestamptz;
  v_newest boolean;
  v_concurrency integer;
  v_schedule schedules;
  v_cron bigint[];
  v_slot timestamptz;
  v_key text;
  v_id bigint;
  v_state text;
  v_started timestamptz;
begin
  select o.globals into v_globals from operations o where o.id = p_operation_id and o.name = 'backops.backfill' and o.state = 'active' for share;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no active backfill %s', p_operation_id);
  end if;
  v_since := (v_globals ->> 'since')::timestamptz;
  v_until := least((v_globals ->> 'until')::timestamptz, v_now);
  v_newest := coalesce((v_globals ->> 'newest_first')::boolean, false);
  v_concurrency := least(greatest(coalesce((v_globals ->> 'concurrency')::integer, 1), 1), 100);
  v_schedule := find_schedule(v_globals ->> 'schedule');
  slots := (v_globals ->> 'slots')::integer;
  done := coalesce((v_globals ->> 'done')::integer, 0);
  if isfinite(v_since) is not true or isfinite(v_until) is not true or (slots between done and backfill_limit()) is not true then
    raise exception using errcode = 'OP004', message = format('the globals of backfill %s have no time span, or no number of slots', p_operation_id),
      hint = 'Start it with backfill_schedule.';
  end if;
  v_schedule := begun_before(v_schedule, v_since);
  v_cron := case when v_schedule.cron is not null then parse_cron(v_schedule.cron) end;
  next_after := (v_globals ->> 'next_after')::timestamptz;
  active := array(
    select o.id from jsonb_array_elements_text(coalesce(v_globals -> 'active', '[]')) as a join operations o on o.id = a::bigint where o.state = 'active'
  );
  has_more := true;
  -- Slots that have an operation are passed over, in calls of a thousand at most.
  for v_turn in 1..1000 loop
    exit when cardinality(active) >= v_concurrency;
    v_slot := case
      when v_newest then last_schedule_slot(
        v_schedule, v_cron, v_since - interval '1 microsecond', coalesce(next_after - interval '1 microsecond', v_until)
      )
      else schedule_slot(v_schedule, v_cron, coalesce(next_after, v_since - interval '1 microsecond'))
    end;
    -- The rules of a time zone that have changed meanwhile do not make it endless.
    if v_slot is null or v_slot > v_until or done >= slots then
      has_more := false;
      exit;
    end if;
    v_key := v_schedule.name || '/' || slot_text(v_slot);
    select o.id, o.state into v_id, v_state from operations o where o.name = v_schedule.operation and o.key = v_key;
    if not found then
      v_id := enqueue_slot(v_schedule, v_slot, v_key);
      v_state := 'active';
    end if;
    -- Also one that this backfill has enqueued before its worker died counts, until it ends.
    if v_state = 'active' then
      active := active || v_id;
    end if;
    done := done + 1;
    next_after := v_slot;
  end loop;
  -- What takes long is looked at seldom: a quarter of the time that it has taken already.
  select max(o.created_at) into v_started from operations o where o.id = any (active);
  pause := case
    when cardinality(active) = 0 then interval '0'
    else least(greatest((v_now - v_started) / 4, interval '1 second'), interval '30 seconds')
  end;
  return next;
end
$$;
comment on function advance_backfill(bigint) is
  'What the action of a backfill calls: enqueues its next slots until as many operations are active as may be, and returns how far it is then, for its '
  'globals, and when to call again. has_more = false and none active: it is done.';
