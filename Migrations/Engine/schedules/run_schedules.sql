-- Locks: rows of skipped_slots of one schedule, whose own row the caller has locked.
create or replace function skip_slots(p_schedule schedules, p_cron bigint[], p_last timestamptz, p_reason text, p_detail text) returns integer
  language plpgsql
  set search_path from current
as $$
declare
  v_first timestamptz := schedule_slot(p_schedule, p_cron, p_schedule.decided_until);
  -- A slot that waited in the buffer was decided before.
  v_count integer := case
    when v_first < p_last then count_schedule_slots(p_schedule, p_cron, p_schedule.decided_until, p_last, 1001)
    else 1
  end;
begin
  -- One row for a run of slots, so that an operation that hangs for a week leaves one. A slot in between that was not skipped ends the run.
  update skipped_slots
     set last_slot = p_last, count = least(count::bigint + v_count, 2147483647), detail = left(p_detail, 2000), at = clock_now()
   where id = (select s.id from skipped_slots s where s.schedule_id = p_schedule.id order by s.last_slot desc limit 1)
     and reason = p_reason and last_slot = p_schedule.decided_until and p_last > last_slot;
  if not found then
    insert into skipped_slots (schedule_id, first_slot, last_slot, count, reason, detail)
      values (p_schedule.id, least(v_first, p_last), p_last, v_count, p_reason, left(p_detail, 2000));
    delete from skipped_slots where schedule_id = p_schedule.id and last_slot < p_last - interval '30 days' and at < clock_now() - interval '30 days';
  end if;
  update schedules set skipped_count = skipped_count + v_count where id = p_schedule.id;
  return v_count;
end
$$;
comment on function skip_slots(schedules, bigint[], timestamptz, text, text) is
  'Records that a schedule skips its slots from the last decided one up to p_last; returns how many they are, counted up to 1001.';

-- Locks: nothing; two callers with the same key meet at the unique index, as with enqueue.
create or replace function enqueue_slot(p_schedule schedules, p_slot timestamptz, p_key text) returns bigint
  language plpgsql
  set search_path from current
as $$
declare
  v_id bigint;
begin
  insert into operations (name, key, queue, priority, tags, globals, schedule, slot)
    values (p_schedule.operation, p_key, p_schedule.queue, p_schedule.priority, p_schedule.tags, p_schedule.globals, p_schedule.name, p_slot)
    on conflict (name, key) where key is not null do nothing
    returning id into v_id;
  if v_id is null then
    select id into strict v_id from operations where name = p_schedule.operation and key = p_key;
  end if;
  return v_id;
end
$$;
comment on function enqueue_slot(schedules, timestamptz, text) is 'Enqueues the operation of a schedule for a slot, and returns its id; once for each key.';

create or replace function slot_text(p_slot timestamptz) returns text
  language sql immutable
  set search_path from current
as $$
  select to_char(p_slot at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
    || case when extract(microseconds from p_slot)::bigint % 1000000 = 0 then '' else to_char(p_slot at time zone 'UTC', '.US') end || 'Z'
$$;
comment on function slot_text(timestamptz) is 'A slot in ISO 8601 and UTC, as it stands in the key of its operation.';

-- Locks: the schedule's row is locked by the caller. With overlap cancel, then jobs and operations of the schedule in id order.
create or replace function take_slot(p_id bigint, p_now timestamptz) returns setof schedule_event
  language plpgsql
  set search_path from current
as $$
declare
  c_late constant interval := '1 minute';
  v schedules;
  v_cron bigint[];
  v_slot timestamptz;
  v_last timestamptz;
  v_low timestamptz;
  v_high timestamptz;
  v_is_late boolean;
  v_waits boolean;
  v_reason text;
  v_active bigint[];
  v_failures integer;
  v_failed bigint;
  v_id bigint;
  v_count integer;
begin
  select * into strict v from schedules where id = p_id;
  v_cron := case when v.cron is not null then parse_cron(v.cron) end;

  if v.paused_at is not null then
    perform end_schedule_pause(v);
    perform write_audit('resume_schedule', null, 'its pause has ended', jsonb_build_object('schedule', v.name));
    return;
  end if;

  -- 1. How the operations ended that were active.
  select coalesce(array_agg(o.id order by o.id) filter (where o.state = 'active'), '{}'),
         count(*) filter (where o.state = 'failed' and o.id > coalesce(done.id, 0)) + case when done.id is null then v.failures_count else 0 end,
         max(o.id) filter (where o.state = 'failed')
    into v_active, v_failures, v_failed
    from (select max(o.id) filter (where o.state = 'completed') as id from operations o where o.id = any (v.active_ids)) as done
    left join operations o on o.id = any (v.active_ids)
   group by done.id;
  v.active_ids := v_active;
  v.failures_count := v_failures;

  -- 2. The slot is found again by the rules of today: the database of time zones may be another one since it was.
  v_slot := schedule_slot(v, v_cron, v.decided_until);

  if v.pause_after_failures <= v_failures and v_failed is not null then
    v.pause_reason := format('%s operations in a row have failed, operation %s the last', v_failures, v_failed);
    if v.buffered_slot is not null then
      v_count := skip_slots(v, v_cron, v.buffered_slot, 'paused', v.pause_reason);
      return next row(v.name, v.buffered_slot, v_failed, 'skipped', 'paused', v_count, null)::schedule_event;
    end if;
    update schedules
       set active_ids = v_active, failures_count = v_failures, next_at = v_slot, due_at = null, buffered_slot = null,
           paused_at = p_now, paused_until = null, paused_by = session_user, pause_reason = v.pause_reason
     where id = v.id;
    perform write_audit('pause_schedule', array[v_failed], v.pause_reason, jsonb_build_object('schedule', v.name));
    return next row(v.name, v_slot, v_failed, 'paused', 'failures', 0, null)::schedule_event;
    return;
  end if;

  -- 3. A slot that waits goes first.
  if v.buffered_slot is not null and cardinality(v_active) = 0 then
    v_id := enqueue_slot(v, v.buffered_slot, v.name || '/' || slot_text(v.buffered_slot));
    return next row(v.name, v.buffered_slot, v_id, 'enqueued', 'buffered', 1, extract(epoch from p_now - v.buffered_slot))::schedule_event;
    v.last_slot := v.buffered_slot;
    v.last_operation_id := v_id;
    v.run_count := v.run_count + 1;
    v.active_ids := array[v_id];
    v.buffered_slot := null;
    v_active := v.active_ids;
  end if;

  -- 4. What is too late is passed over, and of the rest what catch_up leaves out.
  v_is_late := v_slot < p_now - c_late - v.jitter;
  if v_slot < p_now - v.catch_up_window - v.jitter then
    v_last := last_schedule_slot(v, v_cron, v.decided_until, p_now - v.catch_up_window - v.jitter - interval '1 microsecond');
    v_count := skip_slots(v, v_cron, v_last, 'window', format('more than %s late', v.catch_up_window));
    return next row(v.name, v_last, null, 'skipped', 'window', v_count, null)::schedule_event;
    v.decided_until := v_last;
    v_slot := schedule_slot(v, v_cron, v_last);
    v_is_late := v_slot < p_now - c_late - v.jitter;
  end if;
  if v_is_late then
    v_last := case v.catch_up
      when 'none' then last_schedule_slot(v, v_cron, v.decided_until, p_now - c_late - v.jitter - interval '1 microsecond')
      when 'latest' then last_schedule_slot(
        v, v_cron, v.decided_until, last_schedule_slot(v, v_cron, v.decided_until, p_now) - interval '1 microsecond'
      )
    end;
    if v.catch_up = 'all' and count_schedule_slots(v, v_cron, v.decided_until, p_now, v.catch_up_limit + 1) > v.catch_up_limit then
      -- From which instant on there are as many as may run.
      v_low := v.decided_until;
      v_high := p_now;
      while v_high - v_low > interval '1 second' loop
        v_last := v_low + (v_high - v_low) / 2;
        if count_schedule_slots(v, v_cron, v_last, p_now, v.catch_up_limit + 1) > v.catch_up_limit then
          v_low := v_last;
        else
          v_high := v_last;
        end if;
      end loop;
      v_last := last_schedule_slot(v, v_cron, v.decided_until, v_high);
    end if;
    if v_last is not null then
      v_count := skip_slots(v, v_cron, v_last, 'late', format('catch_up is %s', v.catch_up));
      return next row(v.name, v_last, null, 'skipped', 'late', v_count, null)::schedule_event;
      v.decided_until := v_last;
      v_slot := schedule_slot(v, v_cron, v_last);
    end if;
  end if;

  -- 5. The slot itself, if it is due; of late ones that may run side by side a few more, so that a thousand take few calls.
  v_waits := false;
  for v_turn in 1..20 loop
    exit when coalesce(v_slot + slot_jitter(v.name, v_slot, v.jitter) > p_now, true);
    if cardinality(v_active) > 0 and v.overlap = 'cancel' then
      perform steer_many('cancel', v_active, format('the schedule "%s" has its next slot', v.name));
      v_active := '{}';
      v.active_ids := '{}';
    end if;
    if cardinality(v_active) = 0 or v.overlap = 'allow' then
      v_id := enqueue_slot(v, v_slot, v.name || '/' || slot_text(v_slot));
      return next row(v.name, v_slot, v_id, 'enqueued', null, 1, extract(epoch from p_now - v_slot))::schedule_event;
      v.last_slot := v_slot;
      v.last_operation_id := v_id;
      v.run_count := v.run_count + 1;
      v.active_ids := (v.active_ids || v_id)[greatest(1, cardinality(v.active_ids) - 98):];
    elsif v.catch_up = 'all' and v_is_late then
      -- One after the other: it waits.
      v_waits := true;
      exit;
    elsif v.overlap = 'buffer' and v.buffered_slot is null then
      v.buffered_slot := v_slot;
      return next row(v.name, v_slot, v_active[1], 'buffered', 'active', 1, null)::schedule_event;
    else
      v_reason := case when v.overlap = 'buffer' then 'buffered' else 'active' end;
      v_count := skip_slots(
        v, v_cron, v_slot, v_reason,
        case when v.overlap = 'buffer' then format('slot %s waits already', slot_text(v.buffered_slot)) else format('operation %s is active', v_active[1]) end
      );
      return next row(v.name, v_slot, v_active[1], 'skipped', v_reason, v_count, null)::schedule_event;
    end if;
    v.decided_until := v_slot;
    v_slot := schedule_slot(v, v_cron, v_slot);
    exit when v.catch_up <> 'all' or v.overlap <> 'allow';
  end loop;

  v.next_at := v_slot;
  update schedules
     set active_ids = v.active_ids, failures_count = v.failures_count, run_count = v.run_count, last_slot = v.last_slot,
         last_operation_id = v.last_operation_id, buffered_slot = v.buffered_slot, decided_until = v.decided_until, next_at = v.next_at,
         due_at = case when v_waits then p_now + interval '5 seconds' else schedule_due_at(v) end, last_error = null, last_errored_at = null
   where id = v.id;
end
$$;
comment on function take_slot(bigint, timestamptz) is
  'Does what is due for one schedule: runs, buffers or skips its next slot, passes over those that are too late, and moves it on. Returns what it did.';

-- Locks: the schedule's row is locked by the caller.
create or replace function record_schedule_error(p_id bigint, p_now timestamptz, p_error text) returns schedule_event
  language plpgsql
  set search_path from current
as $$
declare
  v schedules;
  v_cron bigint[];
  v_slot timestamptz;
  v_last timestamptz;
  v_count integer;
begin
  select * into strict v from schedules where id = p_id;
  begin
    v_cron := case when v.cron is not null then parse_cron(v.cron) end;
    v_slot := v.buffered_slot;
    v_count := 0;
    if v_slot is not null then
      v_count := skip_slots(v, v_cron, v_slot, 'error', p_error);
      v.buffered_slot := null;
    end if;
    v_last := last_schedule_slot(v, v_cron, v.decided_until, p_now);
    if v_last is not null then
      v_count := v_count + skip_slots(v, v_cron, v_last, 'error', p_error);
      v_slot := v_last;
      v.decided_until := v_last;
    end if;
    v.next_at := schedule_slot(v, v_cron, v.decided_until);
    v.due_at := schedule_due_at(v);
  exception
    when others then
      -- Not even its slots can be found, perhaps because its time zone is gone.
      select * into strict v from schedules where id = p_id;
      v_slot := null;
      v.due_at := p_now + interval '5 minutes';
      v_count := 0;
  end;
  update schedules
     set decided_until = v.decided_until, next_at = v.next_at, due_at = v.due_at, buffered_slot = v.buffered_slot,
         last_error = left(p_error, 2000), last_errored_at = p_now
   where id = p_id;
  return row(v.name, v_slot, null, 'skipped', 'error', v_count, null)::schedule_event;
end
$$;
comment on function record_schedule_error(bigint, timestamptz, text) is
  'Records why a schedule could not enqueue its operation, and lets it go on at its next slot.';

-- Locks: rows of schedules that are due, skipping locked ones; then what take_slot locks. It ends after one that has cancelled
-- operations, so that a transaction holds operations of one schedule only.
create or replace function run_schedules(p_limit integer default 50) returns setof schedule_event
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_ids bigint[];
  v_id bigint;
  v_state text;
  v_message text;
  v_may_hold boolean;
begin
  -- A schedule costs a subtransaction, and a session remembers 64 of them for the others without further ado.
  if p_limit is null or p_limit not between 1 and 60 then
    raise exception using errcode = 'OP004', message = format('cannot run %s schedules at once', coalesce(p_limit::text, 'null')), hint = 'p_limit is 1 to 60.';
  end if;
  v_ids := array(select id from schedules where due_at <= v_now order by due_at limit p_limit for no key update skip locked);
  foreach v_id in array v_ids loop
    select overlap = 'cancel' and active_ids <> '{}' into v_may_hold from schedules where id = v_id;
    begin
      return query select * from take_slot(v_id, v_now);
    exception
      when others then
        get stacked diagnostics v_state = returned_sqlstate, v_message = message_text;
        -- The fault of the moment, and not of the schedule: the slot stays due.
        if left(v_state, 2) in ('08', '25', '40', '53', '55', '57', '58', 'XX') then
          raise;
        end if;
        return query select * from record_schedule_error(v_id, v_now, v_message);
    end;
    exit when v_may_hold;
  end loop;
end
$$;
comment on function run_schedules(integer) is
  'What every worker does for all, without a leader: takes schedules that are due and that nobody else has taken, enqueues their operations, and moves '
  'them on. Call it again until nothing is due (see schedules_due_in). A schedule that cannot enqueue has the reason in last_error, and goes on at its next slot.';

create or replace function schedules_due_in() returns interval
  language sql volatile
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
  select due_at - clock_now() from schedules where due_at is not null order by due_at limit 1
$$;
comment on function schedules_due_in() is 'How long until a schedule is due, negative where one is already; null where none will be. One look into an index.';
