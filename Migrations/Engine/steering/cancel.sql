-- Locks: as open_for_steering.
create or replace function cancel_operation(id bigint, reason text) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_now timestamptz := clock_now();
  v_operation operations := open_for_steering(cancel_operation.id, 'cancel', '{active}', true);
  v_job record;
begin
  select j.*, a.run, a.earlier_attempts, w.host || ' pid ' || w.pid as worker into v_job
    from jobs j
    left join actions a on a.operation_id = j.operation_id and a.position = j.position
    left join workers w on w.id = j.worker_id
   where j.operation_id = cancel_operation.id;
  if v_job.worker_id is not null then
    insert into attempts (operation_id, position, run, attempt, outcome, worker_id, worker, claim_id, started_at, ended_at, error_message)
      values (cancel_operation.id, v_job.position, v_job.run, v_job.earlier_attempts + v_job.attempt, 'cancelled', v_job.worker_id, v_job.worker, v_job.claim_id, v_job.claimed_at, v_now, reason);
    update actions set started_at = v_job.claimed_at, attempts_count = v_job.attempt where operation_id = cancel_operation.id and position = v_job.position;
    perform pg_notify(worker_channel(v_job.worker_id), 'lost ' || v_job.claim_id);
  end if;
  perform end_operation(cancel_operation.id, 'cancelled', v_job.position, v_now, reason);
  select * into v_operation from operations where operations.id = cancel_operation.id;
  return v_operation;
end
$$;
comment on function cancel_operation(bigint, text) is
  'Ends an active operation. An action that runs right now is told to stop, and its result is refused. retry lets it go on later.';

create or replace function cancel(id bigint, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('cancel', id, reason)
$$;
comment on function cancel(bigint, text) is
  'Ends an active operation. An action that runs right now is told to stop, and its result is refused. retry lets it go on later.';

create or replace function cancel(ids bigint[], reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('cancel', ids, reason)
$$;
comment on function cancel(bigint[], text) is
  'Cancels those of the operations that are active, running ones too. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';
