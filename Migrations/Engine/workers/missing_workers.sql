-- Locks: rows of workers, skipping locked ones.
create or replace function missing_workers() returns bigint
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

create or replace function worker_lock(p_worker_id bigint) returns bigint
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
