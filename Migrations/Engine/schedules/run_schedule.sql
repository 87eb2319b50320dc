-- Locks: the schedule's row, waiting for a worker that is taking a slot of it.
create or replace function run_schedule(name text, reason text default null) returns bigint
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_schedule schedules;
  v_id bigint;
begin
  select * into v_schedule from schedules s where s.name = run_schedule.name for no key update;
  if not found then
    perform refuse_unknown_schedule(run_schedule.name);
  end if;
  v_id := enqueue_slot(v_schedule, v_now, v_schedule.name || '/' || slot_text(v_now) || '/now');
  update schedules s
     set active_ids = (s.active_ids || v_id)[greatest(1, cardinality(s.active_ids) - 98):], last_operation_id = v_id
   where s.id = v_schedule.id;
  perform write_audit('run_schedule', array[v_id], run_schedule.reason, jsonb_build_object('schedule', v_schedule.name));
  return v_id;
end
$$;
comment on function run_schedule(text, text) is
  'Enqueues the operation of a schedule at once, paused or not, whatever is active; its slot is now. The slots of the schedule stay as they are, and the '
  'next one finds this operation active if it still is. Returns its id.';
