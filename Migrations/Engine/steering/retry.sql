-- Locks: as open_for_steering, and as regain_operation_key.
create or replace function retry_operation(id bigint) returns operations
  language plpgsql
  set search_path from current
as $$
declare
  v_operation operations := open_for_steering(retry_operation.id, 'retry', '{active,failed,cancelled}');
  v_position integer := v_operation.stopped_position;
begin
  if v_operation.state = 'active' then
    select position into v_position from jobs where operation_id = retry_operation.id and attempt > 0;
    if not found then
      raise exception using errcode = 'OP003', message = format('operation %s has not failed: there is nothing to retry', retry_operation.id),
        hint = 'It goes on by itself; see operation_status for what it waits for.';
    end if;
  end if;
  if v_position is null then
    -- Cancelled before anybody had registered its name: it waits for that again.
    perform regain_operation_key(v_operation);
    update operations set state = 'active', ended_at = null, stop_reason = null, parked_at = clock_now() where operations.id = retry_operation.id;
    insert into jobs (operation_id, run_at, steps_left, priority, queue, handler)
      values (retry_operation.id, 'infinity', v_operation.step_limit, v_operation.priority, v_operation.queue, v_operation.name || '/');
    perform unpark(v_operation.name);
  else
    perform point_at(v_operation, v_position);
  end if;
  select * into v_operation from operations where operations.id = retry_operation.id;
  return v_operation;
end
$$;
comment on function retry_operation(bigint) is
  'Lets a failed or cancelled operation go on at the action where it stopped, with a fresh budget of attempts; completed actions stay completed. '
  'For an operation that waits for its next attempt: now. An action that has never begun waits for its time.';

-- A hundred thousand operations that failed together are retried in batches, and a batch in a few statements: a tenth of what as
-- many single calls cost. All of them must have begun the action where they stopped, and so be due at once, and have no key to regain; else nothing is done
-- here, and the caller goes through them one by one.
--
-- Locks: the operations, in id order, waiting for each. What somebody else has retried meanwhile is left out: the look under the
-- lock counts. An operation that has failed has no job.
create or replace function retry_failed(p_ids bigint[]) returns bigint[]
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
as $$
#variable_conflict use_column
declare
  c_plain constant text[] := '{failed,cancelled}';
  v_now timestamptz := clock_now();
  v_ids bigint[];
begin
  if cardinality(p_ids) is distinct from (
    select count(*)
      from operations o
      join actions a on a.operation_id = o.id and a.position = o.stopped_position
     where o.id = any (p_ids) and o.state = any (c_plain) and o.parked_at is null and a.started_at is not null and a.wait is null
       and (o.key_mode in ('unless_active', 'cancel_and_replace')) is not true
  ) then
    return '{}';
  end if;
  v_ids := array(
    select o.id from operations o where o.id = any (p_ids) and o.state = any (c_plain) order by o.id for no key update
  );
  v_ids := array(
    select o.id
      from operations o
      join actions a on a.operation_id = o.id and a.position = o.stopped_position
     where o.id = any (v_ids) and o.parked_at is null and a.started_at is not null
     order by o.id
  );
  insert into jobs (operation_id, run_at, position, steps_left, priority, queue, handler)
    select o.id, v_now, a.position, o.step_limit, o.priority, job_queue(a.wait, a.limits, null, null, null, a.queue, o.queue),
           case when o.branches is null then o.name else '' end || '/' || a.name
      from operations o
      join actions a on a.operation_id = o.id and a.position = o.stopped_position
     where o.id = any (v_ids)
     order by o.id;
  update actions a
     set earlier_attempts = a.earlier_attempts + a.attempts_count, attempts_count = 0
    from operations o
   where o.id = any (v_ids) and a.operation_id = o.id and a.position = o.stopped_position;
  update attempts set fingerprint = null where operation_id = any (v_ids) and fingerprint is not null;
  update operations
     set state = 'active', ended_at = null, stopped_position = null, stop_reason = null
   where id = any (v_ids);
  perform wake(queue, count(*)) from jobs where operation_id = any (v_ids) group by queue;
  return v_ids;
end
$$;
comment on function retry_failed(bigint[]) is
  'Does what retry does for operations that all have failed, or were cancelled, in an action that had begun; returns those that it changed.';

create or replace function retry(id bigint, reason text default null) returns operations
  language sql
  set search_path from current
as $$
  select steer('retry', id, reason)
$$;
comment on function retry(bigint, text) is
  'Lets a failed or cancelled operation go on at the action where it stopped, with a fresh budget of attempts; completed actions stay completed. '
  'For an operation that waits for its next attempt: now. An action that has never begun waits for its time.';

create or replace function retry(ids bigint[], reason text default null) returns setof operations
  language sql
  set search_path from current
as $$
  select * from steer_many('retry', ids, reason)
$$;
comment on function retry(bigint[], text) is
  'Retries those of the operations that have failed, were cancelled, or wait for their next attempt. '
  'What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';
