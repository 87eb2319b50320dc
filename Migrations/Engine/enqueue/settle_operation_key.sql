-- An operation that has not begun is replaced by deleting it and inserting the new one under its id: plan, queue, time and all
-- else are then the new one's, by the same path as every other.
--
-- Locks: the row of the key, waiting for whoever enqueues under the same key, to the end of that transaction; then the job of the operation
-- that has the key, and the operation.
create or replace function settle_operation_key() returns trigger
  language plpgsql security definer
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_mode record;
  v_entry operation_keys;
  v_former operations;
  v_job jobs;
  v_signals signals[];
  v_is_waiting boolean;
  v_put_off_until timestamptz;
  v_free_at timestamptz;
begin
  select * into v_mode from read_key_mode(new.key_mode);
  if v_mode.kind = 'once' then
    new.key_mode := null;
    return new;
  end if;
  if new.key is null then
    raise exception using errcode = 'OP004', message = format('the mode "%s" needs a key', new.key_mode),
      hint = 'Give the key that enqueues have in common which belong together.';
  end if;
  new.active_key := new.key;
  new.key := null;
  if v_mode.kind = 'debounce' then
    v_put_off_until := v_now + v_mode.period;
  elsif v_mode.kind = 'throttle' then
    v_free_at := v_now + v_mode.period;
  end if;

  loop
    select * into v_entry from operation_keys where name = new.name and key = new.active_key for update;
    exit when found;
    insert into operation_keys (name, key, operation_id, window_began_at, free_at)
      values (new.name, new.active_key, new.id, v_now, v_free_at)
      on conflict do nothing;
    if found then
      new.perform_at := greatest(new.perform_at, v_put_off_until);
      return new;
    end if;
  end loop;

  select * into v_job from jobs where operation_id = v_entry.operation_id for update;
  select * into v_former from operations where id = v_entry.operation_id and name = new.name and active_key = new.active_key;
  if v_former.state = 'active' and v_job.operation_id is null then
    raise exception using errcode = 'OP004', message = format('two operations of one INSERT have the key "%s"', left(new.active_key, 100)),
      hint = 'Insert them one after the other, or call enqueue_keyed_many.';
  end if;
  v_is_waiting := v_former.state = 'active' and v_job.worker_id is null and v_job.attempt = 0 and v_job.crashes = 0 and v_job.waits_since is null and not exists (
    select from actions
     where operation_id = v_former.id
       and (started_at is not null or completed_at is not null or skipped_at is not null or run > 1 or earlier_attempts > 0)
  );

  if v_mode.kind = 'unless_active' and v_former.state = 'active' or v_mode.kind = 'throttle' and v_entry.free_at > v_now then
    return null;
  end if;
  if v_mode.kind in ('replace_waiting', 'debounce') and v_is_waiting then
    if v_mode.kind = 'debounce' then
      -- Under its own lock: set_global asks for no job.
      select * into strict v_former from operations where id = v_former.id for no key update;
      new.globals := combined_globals(v_former.globals, new.globals, v_mode.payload);
      -- Its time has come, and only a worker is missing: to put it off again would be against what it was promised.
      new.perform_at := case
        when v_job.paced_at is not null or coalesce(v_job.came_at, v_job.run_at) <= v_now then v_former.perform_at
        else greatest(new.perform_at, least(v_put_off_until, v_entry.window_began_at + v_mode.at_most))
      end;
    end if;
    update operation_keys set operation_id = null where name = new.name and key = new.active_key;
    -- What was sent to it stays: a sender was told that it is kept.
    v_signals := array(select s from signals s where s.operation_id = v_former.id);
    delete from operations where id = v_former.id;
    insert into signals select s.* from unnest(v_signals) as s;
    new.id := v_former.id;
    new.created_at := v_former.created_at;
    update operation_keys set operation_id = new.id, replaced_id = null where name = new.name and key = new.active_key;
    return new;
  end if;
  if v_mode.kind = 'cancel_and_replace' and v_former.state = 'active' then
    perform cancel_operation(v_former.id, format('replaced by operation %s', new.id));
    perform write_audit('cancel', array[v_former.id], format('replaced by operation %s', new.id), jsonb_build_object('key', new.active_key));
  end if;
  new.perform_at := greatest(new.perform_at, v_put_off_until);
  update operation_keys
     set operation_id = new.id,
         replaced_id = case when v_mode.kind = 'cancel_and_replace' and v_former.state = 'active' then v_former.id end,
         window_began_at = v_now,
         free_at = v_free_at
   where name = new.name and key = new.active_key;
  return new;
end
$$;
comment on function settle_operation_key() is
  'What an INSERT with a key_mode does where the key is taken: leaves the row out, replaces an operation that waits, or cancels one that is active.';
-- A trigger is not replaced in place, because that would lock the table against writing: one that changes gets another name.
do $$
begin
  if not exists (select from pg_trigger where tgrelid = 'operations'::regclass and tgname = 'operations_settle_key') then
    create trigger operations_settle_key
      before insert on operations
      for each row when (new.key_mode is not null) execute function settle_operation_key();
    comment on trigger operations_settle_key on operations is 'Decides what becomes of an operation whose key is taken.';
  end if;
end
$$;
