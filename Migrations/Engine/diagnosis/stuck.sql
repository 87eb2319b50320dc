create or replace view stuck as
  select s.operation_id, o.name::text, s.queue, a.branch || '/' || a.name as action, s.since, s.reason, s.advice
    from (
      (
        select o.id as operation_id, null::integer as position, o.queue, o.parked_at as since,
               format('no worker has registered "%s"', o.name) as reason,
               'Start a worker that knows it; explain(id) says whether the name may be misspelt.' as advice
          from operations o
         where o.parked_at is not null
         limit 100
      )
      union all
      (
        select j.operation_id, j.position, j.queue, j.run_at, format('its worker died %s time(s); it runs alone next', j.crashes),
               'A worker takes it once nothing else runs in its process. skip(id) leaves the action out, cancel(id) ends it.'
          from jobs j
         where j.crashes > 0 and j.worker_id is null
         limit 100
      )
      union all
      (
        select f.operation_id, f.position, n.queue, coalesce(f.claimed_at, f.run_at),
               case
                 when f.worker_id is not null and w.id is null then 'the worker that held it is gone'
                 when f.worker_id is not null and w.heartbeat_at + w.lease <= statement_now() then format('its worker, %s pid %s, was last heard of at %s', w.host, w.pid, w.heartbeat_at)
                 when f.worker_id is not null then format('it has run for over an hour on %s pid %s', w.host, w.pid)
                 when q.name is not null then format('queue "%s" is paused', n.queue)
                 when not k.serves then format('no live worker serves queue "%s"', n.queue)
                 when not k.knows then format('no live worker of queue "%s" knows "%s"', n.queue, f.handler)
                 else 'workers that know it are busy'
               end,
               case
                 when f.worker_id is not null and w.heartbeat_at + w.lease > statement_now() then 'cancel(id) stops it; a timeout on the action would.'
                 when f.worker_id is not null then 'Living workers take it back; run one, or call rescue().'
                 when q.name is not null then format('resume(''%s'')', n.queue)
                 when not k.serves or not k.knows then 'Start a worker that serves the queue and knows the action; explain(id) tells more.'
                 else 'Start more workers, or give them more slots.'
               end
          from queue_names() as n (queue)
         cross join lateral front_of_queue(n.queue, 100) as f
          left join paused_queues q on q.name = n.queue
          left join workers w on w.id = f.worker_id
         cross join lateral (
           select coalesce(bool_or(true), false) as serves, coalesce(bool_or(f.handler = any (w.handlers)), false) as knows
             from workers w
            where n.queue = any (w.queues) and not w.stopping and w.heartbeat_at + w.lease > statement_now()
         ) as k
         where f.crashes = 0
           and case
             when f.worker_id is null then f.run_at < statement_now() - interval '1 minute'
             when w.id is null or w.heartbeat_at + w.lease <= statement_now() then true
             else f.claimed_at < statement_now() - interval '1 hour'
           end
      )
    ) as s
    join operations o on o.id = s.operation_id
    left join actions a on a.operation_id = s.operation_id and a.position = s.position;
comment on view stuck is
  'Operations that should go on and do not: due for a minute and not claimed, running for an hour, held by a worker that is gone, suspects, parked. '
  'The first hundred of each kind and queue. SELECT * FROM backops.stuck ORDER BY since LIMIT 20';
