-- Locks: as open_for_steering, then what settle_wait locks.
create or replace function wake_up_operation(id bigint) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(wake_up_operation.id, 'wake up', '{active}');
  -- One that has not begun yet waits for the time of the operation, as an action does.
  v_wait jsonb := (
    select a.wait from jobs j join actions a using (operation_id, position) where j.operation_id = wake_up_operation.id and j.waits_since is not null
  );
  v_gate text;
begin
  if v_wait ? 'approval' then
    raise exception using errcode = 'OP003',
      message = format('operation %s waits for the approval "%s": it does not sleep', wake_up_operation.id, v_wait ->> 'approval'),
      hint = format('decide(%s, %L, ''approved'') ends the wait; extend moves its deadline, and skip leaves it out.', wake_up_operation.id, v_wait ->> 'approval');
  end if;
  if v_wait ? 'signals' then
    raise exception using errcode = 'OP003', message = format('operation %s waits for the signal %s: it does not sleep', wake_up_operation.id, awaited_signals(v_wait)),
      hint = format('signal(%s, %L) ends the wait; reschedule moves its deadline, and skip leaves it out.', wake_up_operation.id, v_wait -> 'signals' ->> 0);
  end if;
  v_gate := (select j.gate from jobs j where j.operation_id = wake_up_operation.id);
  if v_gate is not null then
    raise exception using errcode = 'OP003', message = format('operation %s %s: it does not sleep', wake_up_operation.id, describe_limit(v_gate)),
      hint = case when is_rate_gate(v_gate) then format('set_rate(%L, N) lets more start; skip leaves it out.', split_part(rate_of_gate(v_gate), '/', 1))
                  else format('set_limit(%L, N) lets more run at once; skip leaves it out.', split_part(v_gate, '/', 1)) end;
  end if;
  if v_wait is null then
    return reschedule_operation(wake_up_operation.id, clock_now());
  end if;
  update jobs set run_at = least(run_at, clock_now()) where operation_id = wake_up_operation.id;
  perform settle_wait(wake_up_operation.id, true);
  select * into v_operation from operations where operations.id = wake_up_operation.id;
  return v_operation;
end
$$;
comment on function wake_up_operation(bigint) is 'Ends a sleep, or lets an action that waits for its time start at once.';

create or replace function wake_up(id bigint, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('wake_up', id, reason)
$$;
comment on function wake_up(bigint, text) is
  'Ends the sleep that an operation is at; an action, or an attempt, that waits for its time starts at once. Other sleeps of the plan are as long as they are.';

create or replace function wake_up(ids bigint[], reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('wake_up', ids, reason)
$$;
comment on function wake_up(bigint[], text) is
  'Wakes up those of the operations that sleep, or wait for the time of an action or an attempt. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';
