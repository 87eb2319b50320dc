create or replace function queue_names() returns setof text
  language sql stable rows 5
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
  with recursive waiting (queue) as (
    (select queue from jobs order by queue limit 1)
    union all
    select next.queue
      from waiting
     cross join lateral (select j.queue from jobs j where j.queue > waiting.queue order by j.queue limit 1) as next
  )
  select queue from waiting where left(queue, 1) <> '/'
  union
  select name from queues where paused_at is not null
  union
  select queue from fair_queues where by_global is not null
  union
  select unnest(queues) from workers
$$;
comment on function queue_names() is 'Queues in which something waits, that are paused or fair, or that a worker serves: from one to the next by the index.';

create or replace function front_of_queue(p_queue text, p_limit integer)
returns table (
  operation_id bigint, "position" integer, priority smallint, worker_id bigint, run_at timestamptz, claimed_at timestamptz, attempt integer,
  crashes smallint, handler text
)
  language plpgsql stable rows 50
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
#variable_conflict use_column
begin
  return query
    select j.*
      from generate_series(0, 9) as lane
     cross join lateral (
       select j.operation_id, j.position, j.priority, j.worker_id, j.run_at, j.claimed_at, j.attempt, j.crashes, j.handler
         from jobs j
        where j.queue = p_queue and j.priority = lane::smallint and j.run_at <= statement_now()
        order by j.run_at, j.operation_id
        limit p_limit
     ) as j
     limit 2 * p_limit;
end
$$;
comment on function front_of_queue(text, integer) is
  'The jobs of a queue that are due, held ones included: the first p_limit of each priority, twice as many in all. Held jobs are among the first, '
  'because workers take the first ones.';

create or replace function count_queue(p_queue text)
returns table (ready bigint, running bigint, retrying bigint, scheduled bigint, parked bigint, oldest_ready_at timestamptz, capped boolean)
  language plpgsql stable rows 1
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_due bigint;
  v_future bigint;
begin
  select count(*), count(*) filter (where j.worker_id is null), count(*) filter (where j.worker_id is not null),
         min(j.run_at) filter (where j.worker_id is null)
    into v_due, ready, running, oldest_ready_at
    from unnest(array[p_queue, fair_queue(p_queue)]) as part (queue)
   cross join lateral front_of_queue(part.queue, 1000) as j;
  select count(*), count(*) filter (where j.attempt > 0), count(*) filter (where j.attempt = 0)
    into v_future, retrying, scheduled
    from (
      select j.attempt
        from generate_series(0, 9) as lane
       cross join lateral (
         select j.attempt
           from jobs j
          where j.queue = p_queue and j.priority = lane::smallint and j.run_at > statement_now() and j.run_at < 'infinity'
          order by j.run_at
          limit 1000
       ) as j
       limit 1000
    ) as j;
  select count(*) into parked
    from (
      select
        from generate_series(0, 9) as lane
       cross join lateral (
         select from jobs j where j.queue = p_queue and j.priority = lane::smallint and j.run_at = 'infinity' limit 1000
       ) as j
       limit 1000
    ) as j;
  capped := v_due >= 1000 or v_future >= 1000 or parked >= 1000;
  return next;
end
$$;
comment on function count_queue(text) is 'How many jobs of a queue are in which state, counted up to a cap, by the index that claims use.';

create or replace view queue_depth as
  select n.queue, c.ready, c.scheduled, c.running, c.retrying, c.parked,
         c.oldest_ready_at, statement_now() - c.oldest_ready_at as oldest_ready_age,
         q.paused_at, q.paused_until, q.paused_by, q.reason as paused_reason,
         (select count(*) from workers w where n.queue = any (w.queues) and not w.stopping and w.heartbeat_at + w.lease > statement_now()) as workers,
         c.capped, l.maximum, f.by_global as fair_by
    from queue_names() as n (queue)
   cross join lateral count_queue(n.queue) as c
    left join paused_queues q on q.name = n.queue
    left join queue_limits l on l.queue = n.queue
    left join fair_queues f on f.queue = n.queue;
comment on view queue_depth is
  'What waits in every queue: ready (due, also for another attempt), scheduled (for later), running, retrying (after an error, for later), parked (until a '
  'worker registers their name), who paused it, how many may run at once (maximum), and by which global they take turns (fair_by). Counting stops at 1000 or 2000 of a kind, then capped is true: there are at least as many. '
  'SELECT * FROM backops.queue_depth ORDER BY queue';
