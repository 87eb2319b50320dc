create or replace view worker_status as
  select w.id, w.host, w.pid, w.version, w.queues, w.slots, coalesce(b.busy, 0) as busy, w.started_at, w.heartbeat_at,
         statement_now() - w.heartbeat_at as last_seen,
         w.sleeping, w.stopping,
         w.missing_since is not null or w.heartbeat_at + w.lease <= statement_now() as missing,
         w.schema_version,
         coalesce(b.capped, false) as capped
    from workers w
    left join (
      select j.worker_id, count(*) as busy, bool_or(j.is_capped) as capped
        from queue_names() as n (queue)
       cross join lateral (
         select f.worker_id, count(*) over () >= 1000 as is_capped from front_of_queue(n.queue, 1000) as f
       ) as j
       where j.worker_id is not null
       group by j.worker_id
    ) as b on b.worker_id = w.id;
comment on view worker_status is
  'Worker processes: how many jobs they hold (busy; more than slots while actions of no time are claimed ahead), when they were last heard of, '
  'and whether they are missing. busy is looked for among the first thousands of jobs that are due in each queue; capped says that there were more. SELECT * FROM backops.worker_status ORDER BY host, pid';
