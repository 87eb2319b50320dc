create or replace view stuck as
  select s.operation_id, o.name::text, s.queue, a.branch || '/' || a.name as action, s.since, s.reason, s.advice
    from (
      (
        select o.id as operation_id, null::integer as position, o.queue, o.parked_at as since,
               b.detail as reason, b.advice
          from operations o
         cross join lateral obstacles(o.id, o.name, null, null, null) as b
         where o.parked_at is not null
         limit 100
      )
      union all
      (
        select j.operation_id, j.position, j.queue, j.run_at, b.detail, b.advice
          from jobs j
         cross join lateral (select * from obstacles(j.operation_id, null, j.queue, j.handler, j.crashes) limit 1) as b
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
                 else coalesce(b.detail, 'workers that know it are busy')
               end,
               case
                 when f.worker_id is not null and w.heartbeat_at + w.lease > statement_now() then 'cancel(id) stops it; a timeout on the action would.'
                 when f.worker_id is not null then 'Living workers take it back; run one, or call rescue().'
                 else coalesce(b.advice, 'Start more workers, or give them more slots.')
               end
          from queue_names() as n (queue)
         cross join unnest(array[n.queue, fair_queue(n.queue)]) as part (queue)
         cross join lateral front_of_queue(part.queue, 100) as f
          left join workers w on w.id = f.worker_id
          left join lateral (
            select * from obstacles(f.operation_id, null, n.queue, f.handler, f.crashes) limit 1
          ) as b on f.worker_id is null
         where f.crashes = 0
           and case
             when f.worker_id is null then f.run_at < statement_now() - interval '1 minute'
             when w.id is null or w.heartbeat_at + w.lease <= statement_now() then true
             else f.claimed_at < statement_now() - interval '1 hour'
           end
      )
      union all
      (
        select j.operation_id, j.position, o.queue,
               greatest(j.run_at, (
                 select p.deadline from approvals p where p.operation_id = j.operation_id and p.decision is null and p.deadline <= statement_now()
               )),
               case
                 when exists (
                   select from approvals p
                    where p.operation_id = j.operation_id and p.decision is null and (p.deadline <= statement_now()) is not true
                 ) then 'it is time to remind of its approval, and no worker has'
                 else 'its wait is over, and no worker has let it go on'
               end,
               'Start a worker: any one does.'
          from jobs j
          join operations o on o.id = j.operation_id
         where j.queue = '/waits' and j.run_at < statement_now() - interval '1 minute'
         limit 100
      )
      union all
      (
        select j.operation_id, j.position, o.queue, j.run_at, 'it has come to a limit, and no worker has looked whether it may start', 'Start a worker: any one does.'
          from jobs j
          join operations o on o.id = j.operation_id
         where j.queue = '/limits' and j.run_at < statement_now() - interval '1 minute'
         limit 100
      )
      union all
      (
        select p.operation_id, p.position, o.queue, p.asked_at, format('nobody can decide its approval: "%s" is neither a database role nor in approvers', p.role),
               'Let somebody, in the table approvers, or skip(id).'
          from approvals p
          join operations o on o.id = p.operation_id
         where p.decision is null and p.role in (
           select asked.role
             from (select distinct a.role from approvals a where a.decision is null and a.role is not null) as asked
            where nobody_decides(asked.role)
         )
         limit 100
      )
    ) as s
    join operations o on o.id = s.operation_id
    left join actions a on a.operation_id = s.operation_id and a.position = s.position;
comment on view stuck is
  'Operations that should go on and do not: due for a minute and not claimed, running for an hour, held by a worker that is gone, suspects, parked, at a wait that is over, at a limit where nobody has looked, or asking for what nobody can decide. '
  'The first hundred of each kind and queue. SELECT * FROM backops.stuck ORDER BY since LIMIT 20';
