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
  )
  select count(*)::integer from written
$$;
comment on function recount_turns() is 'The part of recount_limits() about fair queues: from which turn on claims have to look.';
