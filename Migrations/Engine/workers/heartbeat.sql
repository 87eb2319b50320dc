-- Locks: the worker's own row.
create or replace function heartbeat(p_worker_id bigint, p_sleeping boolean default null, p_stopping boolean default null)
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
  'Renews the worker''s lease. alive = false: it has ended, nothing the worker holds is its own any more, it must register again. '
  'suspects: there are jobs whose worker died; claim_suspect takes them, one at a time. workers: how many are registered, so that they '
  'can take turns in looking after each other.';

-- Locks: the worker's own row.
create or replace function attach_session(p_worker_id bigint, p_backend_pid integer) returns boolean
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
create or replace function show_life(p_worker_id bigint) returns void
  language sql
  set search_path from current
as $$
  update workers set missing_since = null where id = p_worker_id;
$$;
comment on function show_life(bigint) is 'A worker whose session seems to have gone has called: it is not missing.';
