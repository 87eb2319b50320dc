create or replace function violations_of_limits() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  with held as materialized (
    select gate, sum(slots)::bigint as slots, sum(waiters)::bigint as waiters
      from (
        select operation_slot as gate, 1 as slots, 0 as waiters from jobs where operation_slot is not null
        union all
        select action_slot, 1, 0 from jobs where action_slot is not null
        union all
        select queue_slot, 1, 0 from jobs where queue_slot in (select '/queue/' || queue from queue_limits)
        union all
        select gate, 0, 1 from jobs where ticket is not null
        union all
        select gate, slots, waiters from limit_releases where left(gate, 7) <> '/queue/' or substr(gate, 8) in (select queue from queue_limits)
      ) as each
     group by gate
  )
  select 'slots_are_counted', null::bigint, null::integer, null::bigint,
         format('limit "%s" counts %s slots and %s in line, and there are %s and %s',
                coalesce(h.gate, g.gate), coalesce(g.holding, 0), coalesce(g.waiting, 0), coalesce(h.slots, 0), coalesce(h.waiters, 0)),
         format('select %I.recount_limits(); -- counts again', current_schema())
    from held h
    full join (
      select gate, holding, waiting from limit_gates
      union all
      select gate, 0, waiting from rate_gates
      union all
      select '/queue/' || queue, holding, 0 from queue_limits
    ) as g on g.gate = h.gate
   where coalesce(g.holding, 0) <> coalesce(h.slots, 0) or coalesce(g.waiting, 0) <> coalesce(h.waiters, 0)
  union all
  select 'slots_are_for_limits', j.operation_id, j.position, j.worker_id,
         case
           when j.ticket is not null then format('its job is in the line of "%s", and in the queue "%s", due at %s', j.gate, j.queue, j.run_at)
           else format('its job holds %s, and is in the queue "%s"', concat_ws(' and ', j.operation_slot, j.action_slot, 'a start at ' || j.paced_at), j.queue)
         end,
         format('select %1$I.point_at(o, %2$s) from %1$I.operations o where id = %3$s; -- has it come to its limit again', current_schema(), j.position, j.operation_id)
    from jobs j
    left join actions a on a.operation_id = j.operation_id and a.position = j.position
   where case
     when j.ticket is not null then j.queue <> '/limits' or j.run_at <> 'infinity' or j.action_slot is not null
     else j.action_slot is not null and (j.queue = '/limits' or (a.limits ? 'action') is not true) or j.paced_at is not null and (a.limits ? 'rate') is not true
          or j.operation_slot is not null and (a.limits ? 'operation') is not true
   end
  union all
  select 'slots_are_for_claims', j.operation_id, j.position, null, format('its job holds a slot of "%s", and nobody runs it', substr(j.queue_slot, 8)),
         format('update %I.jobs set queue_slot = null where operation_id = %s;', current_schema(), j.operation_id)
    from jobs j
   where j.queue_slot is not null and j.worker_id is null
  union all
  select 'lines_move_on', j.operation_id, j.position, null,
         case when j.ticket is null then format('it came to a limit at %s, and nobody has let it in or put it in line', j.run_at)
              when left(j.gate, 6) = '/rate/' then format('the line of the rate "%s" was to be looked at at %s, and it waits there since %s', substr(j.gate, 7), p.look_at, j.came_at)
              else format('a slot of "%s" is free, and it waits in line since %s', j.gate, j.came_at) end,
         format('select %I.recount_limits(); -- and the next claim goes through the lines', current_schema())
    from jobs j
   cross join (
     select now from clock_now() as now
      where exists (select from workers where heartbeat_at + lease > now and started_at < now - interval '1 minute')
   ) as living
    left join limit_gates g on g.gate = j.gate
    left join limits l on l.name = g.name
    left join rate_gates p on p.gate = j.gate
    left join (select gate, max(released_at) as released_at from limit_releases group by gate) as r on r.gate = j.gate
    left join (select gate, max(released_at) as released_at from limit_releases group by gate) as offered on offered.gate = '/' || g.name
   where j.queue = '/limits'
     and case
       when j.ticket is null then j.run_at < now - interval '5 minutes'
       when left(j.gate, 6) = '/rate/' then p.look_at < now - interval '5 minutes' and j.came_at < now - interval '5 minutes'
       else g.holding < coalesce(l.maximum, 2147483647) and j.came_at < now - interval '5 minutes' and (greatest(r.released_at, offered.released_at) > now - interval '5 minutes') is not true
     end
$$;
comment on function violations_of_limits() is 'The part of invariants() about limits.';
