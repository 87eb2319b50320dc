-- Locks: jobs in operation_id order, then what refuse_action locks.
create or replace function record_crashes(p_operation_ids bigint[], p_worker text) returns integer
  language plpgsql
  set search_path from current
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_message text := format('the worker (%s) died, or stopped renewing its lease, while it ran this action', p_worker);
  v_job record;
  v_count integer := 0;
begin
  for v_job in
    select j.*, a.run, a.max_attempts, a.started_at, a.earlier_attempts
      from jobs j
      join actions a using (operation_id, position)
     where j.operation_id = any (p_operation_ids) and j.worker_id is not null
     order by j.operation_id
       for update of j
  loop
    insert into attempts (operation_id, position, run, attempt, outcome, ends_operation, worker_id, worker, claim_id, started_at, ended_at, error_type, error_message)
      values (v_job.operation_id, v_job.position, v_job.run, v_job.earlier_attempts + v_job.attempt, 'crashed',
              v_job.crashes >= 2 or v_job.attempt >= v_job.max_attempts,
              v_job.worker_id, p_worker, v_job.claim_id, v_job.claimed_at, v_now, 'crashed', v_message);
    update actions
       set started_at = v_job.claimed_at, attempts_count = v_job.attempt, errored_at = v_now,
           error_type = 'crashed', error_message = v_message, stack_trace = null
     where operation_id = v_job.operation_id and position = v_job.position;
    if v_job.crashes >= 2 or v_job.attempt >= v_job.max_attempts then
      perform end_operation(v_job.operation_id, 'failed', v_job.position, v_now);
    else
      update jobs
         set worker_id = null, claim_id = null, claimed_at = null, queue_slot = null, crashes = crashes + 1, progress = null, progress_note = null
       where operation_id = v_job.operation_id;
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function record_crashes(bigint[], text) is
  'Takes claimed jobs back from a worker that died: the attempt counts and is recorded; the third crash in a row, or one on the last attempt, '
  'ends the operation as failed.';

-- Locks: the jobs, in operation_id order.
create or replace function free_remnants(p_operation_ids bigint[]) returns void
  language sql
  set search_path from current
as $$
  delete from jobs j
   where j.operation_id = any (p_operation_ids) and j.worker_id is not null and not exists (select from operations o where o.id = j.operation_id);
  update jobs j
     set worker_id = null, claim_id = null, claimed_at = null, queue_slot = null
   where j.operation_id = any (p_operation_ids) and j.worker_id is not null
     and not exists (select from actions a where a.operation_id = j.operation_id and a.position = j.position);
$$;
comment on function free_remnants(bigint[]) is
  'Frees held jobs that lack their action, and deletes those that lack their operation: what is left where somebody deleted rows with the triggers '
  'switched off. Nothing else can be done with them, and a worker that holds one could not be forgotten.';

-- Locks: rows of workers that died, skipping locked ones, then their jobs in operation_id order, skipping locked ones:
-- what is skipped is found by the next call, because the worker's row stays until it holds nothing and no claim of it is under way.
create or replace function rescue(p_limit integer default 100, p_patience interval default '750 milliseconds')
returns table (worker_id bigint, worker text, rescued integer)
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_column
declare
  v_worker record;
  v_ids bigint[];
  v_count integer;
begin
  if p_limit is null or p_limit < 1 then
    raise exception using errcode = 'OP004', message = format('cannot rescue %s workers', coalesce(p_limit::text, 'null')), hint = 'p_limit is 1 or more.';
  end if;
  if p_patience is not null then
    perform missing_workers();
  end if;
  for v_worker in
    select id, host, pid
      from workers
     where heartbeat_at + lease <= clock_now() or missing_since + p_patience <= clock_now()
     order by id
     limit p_limit
       for update skip locked
  loop
    -- There is no index on worker_id: it would make every claim more expensive, and workers seldom die.
    select array_agg(operation_id order by operation_id) into v_ids
      from (
        select operation_id from jobs where worker_id = v_worker.id order by operation_id limit p_limit for update skip locked
      ) as held;
    perform free_remnants(v_ids);
    v_count := record_crashes(coalesce(v_ids, '{}'), format('%s pid %s', v_worker.host, v_worker.pid));
    -- Two statements: the second must see what a claim committed before the first had the lock.
    if pg_try_advisory_xact_lock(worker_lock(v_worker.id)) then
      delete from workers where id = v_worker.id and not exists (select from jobs where worker_id = v_worker.id);
    end if;
    perform wake(queue, count(*), 'suspects') from jobs where operation_id = any (v_ids) group by queue;
    return query select v_worker.id, format('%s pid %s', v_worker.host, v_worker.pid), v_count;
  end loop;
end
$$;
comment on function rescue(integer, interval) is
  'Takes back what dead workers held, at most p_limit jobs of each, and forgets those workers. Dead is whose lease has ended, and whose '
  'session has been gone for p_patience (null: only the lease counts). Anybody may call it; every worker does.';
