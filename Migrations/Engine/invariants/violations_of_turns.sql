create or replace function violations_of_turns() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  select 'turns_are_found', j.operation_id, j.position, null::bigint,
         case
           when f.queue is null then format('its job has a turn in "%s", which is not fair', substr(j.queue, 7))
           else format('its job has the turn %s in "%s", where claims begin at %s', j.turn, f.queue, coalesce(l.first_turn::text, 'none'))
         end,
         case
           when f.queue is null then format('update %I.jobs set queue = %L, turn = null where operation_id = %s;', current_schema(), substr(j.queue, 7), j.operation_id)
           else format('select %I.recount_limits();', current_schema())
         end
    from jobs j
    left join fair_queues f on f.queue = substr(j.queue, 7)
    left join fair_lanes l on l.queue = f.queue and l.priority = j.priority
   where left(j.queue, 6) = '/fair/' and (f.queue is null or l.queue is null or j.turn < l.first_turn)
  union all
  select 'turns_are_counted', null, null, null,
         format('the last job with a turn in "%s", of priority %s, has %s, and no key counts as many', substr(j.queue, 7), j.priority, j.turn),
         format('select %I.recount_limits();', current_schema())
    from (select queue, priority, max(turn) as turn from jobs where left(queue, 6) = '/fair/' group by queue, priority) as j
    join fair_lanes l on l.queue = substr(j.queue, 7) and l.priority = j.priority
   where j.turn >= l.clock
     and not exists (select from fair_keys k where k.queue = l.queue and k.priority = l.priority and k.turn > j.turn)
$$;
comment on function violations_of_turns() is 'The part of invariants() about fair queues.';
