-- Locks: as open_for_steering.
create or replace function reschedule_operation(id bigint, at timestamptz) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(reschedule_operation.id, 'reschedule', '{active}');
begin
  if at is null or not isfinite(at) then
    raise exception using errcode = 'OP004', message = 'reschedule must be told a finite time', hint = 'now() + interval ''1 hour'', or now() for at once.';
  end if;
  -- It comes to its limit anew, and has no slot and no start until then.
  update jobs
     set run_at = coalesce(move_deadline(reschedule_operation.id, at), at), gate = null, ticket = null, came_at = null,
         queue = case when action_slot is not null or paced_at is not null then '/limits' else coalesce(served_queue(queue), queue) end, action_slot = null,
         paced_at = null, turn = null
   where operation_id = reschedule_operation.id;
  perform settle_wait(reschedule_operation.id), wake(queue, 1) from jobs where operation_id = reschedule_operation.id and run_at <= clock_now();
  select * into v_operation from operations where operations.id = reschedule_operation.id;
  return v_operation;
end
$$;
comment on function reschedule_operation(bigint, timestamptz) is
  'Lets the next action, or its next attempt, start at another time, or moves the deadline of a wait; attempts that were used stay used.';

create or replace function reschedule(id bigint, at timestamptz, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('reschedule', id, reason, p_at => at)
$$;
comment on function reschedule(bigint, timestamptz, text) is
  'Lets the next action of an active operation, or its next attempt, start at another time, or moves the deadline of its wait; attempts that were used stay used.';

create or replace function reschedule(ids bigint[], at timestamptz, reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('reschedule', ids, reason, p_at => at)
$$;
comment on function reschedule(bigint[], timestamptz, text) is
  'Lets the next action of every one of the operations start at another time. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';
