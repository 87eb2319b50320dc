create or replace function next_due(p_worker_id bigint) returns interval
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
begin
  return (
    select least(
             min(job.run_at), min(pause.until),
             -- One that is over already is left from a claim that had too many of them, or is somebody else's at this moment.
             (
               select greatest(j.run_at, statement_now() + interval '0.1 seconds') from jobs j
                where j.queue = '/waits' and j.run_at >= look_from('waits', statement_now()) and j.run_at < 'infinity'
                order by j.run_at
                limit 1
             ),
             (
               select greatest(j.run_at, statement_now() + interval '0.1 seconds') from jobs j
                where j.queue = '/limits' and j.run_at >= look_from('limits', statement_now()) and j.run_at < 'infinity'
                order by j.run_at
                limit 1
             ),
             (
               select greatest(g.look_at, statement_now() + interval '0.1 seconds') from rate_gates g
                where g.waiting > 0 and g.look_at >= look_from('limits', statement_now())
                order by g.look_at
                limit 1
             ),
             -- Somebody else's claim was at the limit or the turns of the queue, or is.
             (
               select statement_now() + interval '0.02 seconds'
                 from workers w
                 join (
                   select queue from queue_limits where holding < maximum
                   union
                   select f.queue from fair_queues f left join queue_limits l on l.queue = f.queue where f.by_global is not null and (l.holding >= l.maximum) is not true
                 ) as l on l.queue = any (w.queues)
                where w.id = p_worker_id and l.queue not in (select name from paused_queues)
                  and exists (
                    select from generate_series(0, 9) as lane (priority)
                     cross join unnest(array[l.queue, fair_queue(l.queue)]) as part (queue)
                     cross join lateral (
                       select from jobs j
                        where j.queue = part.queue and j.priority = lane.priority::smallint and j.run_at <= statement_now() and j.worker_id is null
                          and j.crashes = 0 and j.handler = any (w.handlers)
                        limit 1
                     ) as job
                  )
                limit 1
             ),
             (
               select statement_now() + interval '0.1 seconds' from limit_releases
                where released_at >= look_from('limits', statement_now())
                limit 1
             )
           ) - statement_now()
      from workers w
     cross join unnest(w.queues) as served (queue)
      left join lateral (
        select true as is_paused, paused_until as until from paused_queues where name = served.queue
      ) as pause on true
     cross join generate_series(0, 9) as lane (priority)
      left join lateral (
        select j.run_at
          from jobs j
         where pause.is_paused is null
           and j.queue = served.queue and j.priority = lane.priority::smallint and j.run_at > statement_now() and j.run_at < 'infinity'
         order by j.run_at
         limit 1
      ) as job on true
     where w.id = p_worker_id
  );
end
$$;
comment on function next_due(bigint) is 'How long until the next scheduled job of the worker''s queues is due, a pause of one ends, a wait is over, or the limits are to be looked at; null when there is none of them.';
