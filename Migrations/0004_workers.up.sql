-- Workers: registering, renewing the lease, and taking back what a dead worker held.

create function check_names(p_kind text, p_names text[], p_pattern text, p_hint text) returns void
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_bad record;
begin
  if array_ndims(p_names) > 1 or p_kind = 'queue' and cardinality(p_names) = 0 then
    raise exception using errcode = 'OP004', message = format('a worker needs a list of %ss', p_kind), hint = p_hint;
  end if;
  select name into v_bad from unnest(p_names) as name where (name ~ p_pattern) is not true limit 1;
  if found then
    raise exception using errcode = 'OP004', message = format('%s is no name of a %s', coalesce('"' || left(v_bad.name, 200) || '"', 'null'), p_kind), hint = p_hint;
  end if;
end
$$;
comment on function check_names(text, text[], text, text) is 'Refuses a list that holds what is no name, and an empty one of queues (SQLSTATE OP004).';

-- Locks: nothing that is contended; the row is new.
create function register_worker(
  p_host text, p_pid integer, p_queues text[], p_handlers text[],
  p_slots integer default 1, p_version text default '', p_lease interval default '15 seconds', p_schema_version integer default null
) returns bigint
  language plpgsql
  set search_path from current
as $$
declare
  -- 59 random bits of a version 4 UUID; the sign is masked away because an operator has to type it.
  v_id bigint := ('x' || encode(substring(uuid_send(gen_random_uuid()) for 8), 'hex'))::bit(64)::bigint & 9223372036854775807;
begin
  perform check_names('queue', p_queues, '^[a-z0-9_.-]{1,100}$', 'Names of queues are made of a-z, 0-9, dot, dash and underscore, at most 100 of them.');
  perform check_names('handler', p_handlers, '^[^/[:cntrl:]]{0,200}/[^/[:cntrl:]]{1,200}$',
                      'Write "Operation/Action" for registered plans, and "/Action" for operations that bring their own branches.');
  insert into workers (id, host, pid, queues, handlers, slots, version, lease, schema_version)
    values (v_id, p_host, p_pid, p_queues, p_handlers, p_slots, coalesce(p_version, ''), elapsed(p_lease), p_schema_version);
  return v_id;
end
$$;
comment on function register_worker(text, integer, text[], text[], integer, text, interval, integer) is
  'Registers a worker process and returns its id. Handlers are "Operation/Action" for registered plans and "/Action" for operations '
  'that bring their own branches. From then on heartbeat must be called well within the lease.';

-- Locks: the worker's own row.
create function heartbeat(p_worker_id bigint, p_sleeping boolean default null, p_stopping boolean default null)
returns table (alive boolean, suspects boolean, workers bigint)
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_queues text[];
  v_handlers text[];
begin
  -- A lease that has ended is not renewed: from then on anybody may have taken the jobs.
  update workers
     set heartbeat_at = v_now, missing_since = null,
         sleeping = coalesce(p_sleeping, sleeping), stopping = coalesce(p_stopping, stopping)
   where id = p_worker_id and heartbeat_at + lease > v_now
  returning queues, handlers into v_queues, v_handlers;
  if not found then
    return query select false, false, count(*) from workers;
    return;
  end if;
  return query select true, exists (
    select from jobs
     where crashes > 0 and worker_id is null and queue = any (v_queues) and run_at <= v_now and handler = any (v_handlers)
       and queue not in (select name from paused_queues)
  ), count(*) from workers;
end
$$;
comment on function heartbeat(bigint, boolean, boolean) is
  'Renews the worker''s lease. alive = false: it has ended, nothing the worker holds is its own any more, it must register anew. '
  'suspects: there are jobs whose worker died; claim_suspect takes them, one at a time. workers: how many are registered, so that they '
  'can take turns in looking after each other.';

-- Locks: the worker's own row.
create function attach_session(p_worker_id bigint, p_backend_pid integer) returns boolean
  language plpgsql
  set search_path from current
as $$
begin
  -- A pooler invents the process ids that it tells its clients.
  if p_backend_pid is distinct from pg_backend_pid() then
    return false;
  end if;
  update workers
     set backend_pid = p_backend_pid,
         backend_started_at = (select backend_start from pg_stat_get_activity(p_backend_pid)),
         server_started_at = pg_postmaster_start_time(),
         missing_since = null
   where id = p_worker_id and heartbeat_at + lease > clock_now();
  if not found then
    raise exception using errcode = 'OP006', message = format('worker %s is not registered, or its lease has ended', p_worker_id),
      hint = 'Call register_worker again.';
  end if;
  return true;
end
$$;
comment on function attach_session(bigint, integer) is
  'Makes the calling session the worker''s sign of life: when it ends and no other takes its place, the worker is rescued within seconds '
  'instead of at the end of its lease. p_backend_pid: the server process that the client believes it is connected to (PQbackendPID). '
  'False, and nothing done, when that is another one: then a pooler is in between, which is no sign of life and cannot LISTEN.';

-- Locks: the worker's own row.
create function show_life(p_worker_id bigint) returns void
  language sql
  set search_path from current
as $$
  update workers set missing_since = null where id = p_worker_id;
$$;
comment on function show_life(bigint) is 'A worker whose session seems to have gone has called: it is not missing.';

-- Locks: rows of workers, skipping locked ones.
create function missing_workers() returns bigint
  language plpgsql
  set search_path from current
as $$
begin
  update workers
     set missing_since = clock_now()
   where id in (
     select id
       from workers w
      where missing_since is null
        and server_started_at = pg_postmaster_start_time()
        and not exists (
          -- Whose start this role may not see counts as the same one.
          select from pg_stat_get_activity(w.backend_pid) as a where coalesce(a.backend_start = w.backend_started_at, true)
        )
        for update skip locked
   );
  return (select count(*) from workers where missing_since is not null or heartbeat_at + lease <= clock_now());
end
$$;
comment on function missing_workers() is
  'Writes down which workers'' sessions have ended although the server has not; returns how many workers are missing, be it that their '
  'session is gone, now or since an earlier call, or that their lease has ended. Where there are some, call rescue.';

create function worker_lock(p_worker_id bigint) returns bigint
  language plpgsql stable
  set search_path from current
as $$
begin
  return hashtextextended(current_schema() || '/worker/' || p_worker_id, 0);
end
$$;
comment on function worker_lock(bigint) is
  'The key of a worker''s advisory lock: a claim shares it until it commits, and who wants to forget the worker must have it alone. '
  'Otherwise a claim that commits late would leave its jobs to a worker that nobody finds any more.';

-- Locks: jobs in operation_id order, then what refuse_action locks.
create function record_crashes(p_operation_ids bigint[], p_worker text) returns integer
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
         set worker_id = null, claim_id = null, claimed_at = null, crashes = crashes + 1, progress = null, progress_note = null
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
create function free_remnants(p_operation_ids bigint[]) returns void
  language sql
  set search_path from current
as $$
  delete from jobs j
   where j.operation_id = any (p_operation_ids) and j.worker_id is not null and not exists (select from operations o where o.id = j.operation_id);
  update jobs j
     set worker_id = null, claim_id = null, claimed_at = null
   where j.operation_id = any (p_operation_ids) and j.worker_id is not null
     and not exists (select from actions a where a.operation_id = j.operation_id and a.position = j.position);
$$;
comment on function free_remnants(bigint[]) is
  'Frees held jobs that lack their action, and deletes those that lack their operation: what is left where somebody deleted rows with the triggers '
  'switched off. Nothing else can be done with them, and a worker that holds one could not be forgotten.';

-- Locks: rows of workers that died, skipping locked ones, then their jobs in operation_id order, skipping locked ones:
-- what is skipped is found by the next call, because the worker's row stays until it holds nothing and no claim of it is under way.
create function rescue(p_limit integer default 100, p_patience interval default '750 milliseconds')
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
    -- There is no index on worker_id: it would make every claim dearer, and workers seldom die.
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
