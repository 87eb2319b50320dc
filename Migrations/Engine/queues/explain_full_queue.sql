create or replace function explain_full_queue(p_queue text, p_place text, p_run_at timestamptz) returns setof explanation
  language sql stable
  set search_path from current
  set jit = off
as $$
  select 'queue_full', format('%s waits: %s of queue "%s" may run at once, and as many do', p_place, l.maximum, p_queue),
         format('It goes on when one has ended; SELECT %I.set_queue_limit(%L, %s) lets more run at once.', current_schema(), p_queue, l.maximum + 1),
         null::bigint, p_run_at, null::timestamptz
    from queue_limit_status l
   where l.queue = p_queue and l.running >= l.maximum
$$;
comment on function explain_full_queue(text, text, timestamptz) is 'The part of explain() about an operation that is due in a queue of which as many run as may: no row if there is room.';
