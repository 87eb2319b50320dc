-- Locks: those of recount_limits.
create or replace function recount_turns() returns integer
  language sql
  set search_path from current
  set jit = off
as $$
  with found as (
    select served_queue(j.queue) as queue, j.priority, min(j.turn) as first_turn, max(j.turn) as last_turn from jobs j where j.turn is not null group by j.queue, j.priority
  ),
  written as (
    insert into fair_lanes as l (queue, priority, clock, first_turn, forgotten)
      select f.queue, f.priority, f.last_turn, f.first_turn, f.first_turn from found f
      on conflict on constraint fair_lanes_pkey do update set first_turn = excluded.first_turn where l.first_turn > excluded.first_turn
    returning 1
  ),
  uncounted as materialized (
    select f.queue, f.priority
      from found f
      left join fair_lanes l on l.queue = f.queue and l.priority = f.priority
     where f.last_turn >= coalesce(l.clock, '-infinity')
       and f.last_turn >= coalesce((select max(k.turn) from fair_keys k where k.queue = f.queue and k.priority = f.priority), '-infinity')
  ),
  -- What comes of a key is given a turn behind the last one of it that waits.
  counted as (
    insert into fair_keys as k (queue, priority, key, turn)
      select j.queue, j.priority, j.key, max(j.turn) + 1 / coalesce((j.weights ->> j.key)::double precision, 1)
        from (
          select f.queue, f.weights, j.priority, j.turn,
                 coalesce(counted_key(f.by_global, o.globals, exists (select from secret_keys) and is_secret(o.name, f.by_global)), '') as key
            from uncounted u
            join fair_queues f on f.queue = u.queue
            join jobs j on j.queue = fair_queue(u.queue) and j.priority = u.priority
            join operations o on o.id = j.operation_id
           where j.turn is not null
        ) as j
       group by j.queue, j.priority, j.key, j.weights
      on conflict on constraint fair_keys_pkey do update set turn = excluded.turn where k.turn < excluded.turn
    returning 1
  )
  select ((select count(*) from written) + (select count(*) from counted))::integer
$$;
comment on function recount_turns() is 'The part of recount_limits() about fair queues: from which turn on claims have to look, and which turns keys have had.';
