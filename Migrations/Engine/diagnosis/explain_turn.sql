create or replace function explain_turn(p_job jobs, p_place text) returns setof explanation
  language plpgsql stable
  set search_path from current
  set jit = off
as $$
declare
  v_fair fair_queues;
  v_ahead bigint;
begin
  select * into v_fair from fair_queues where queue = p_job.queue;
  select count(*) into v_ahead
    from (
      select from jobs j
       where j.queue = fair_queue(p_job.queue) and j.priority = p_job.priority and (j.turn, j.operation_id) < (p_job.turn, p_job.operation_id)
       limit 1000
    ) as ahead;
  return query select
    'turn',
    format('%s waits for its turn: %s%s of queue "%s" %s before it%s', p_place, v_ahead,
           case when v_ahead = 1000 then ' or more actions' when v_ahead = 1 then ' action' else ' actions' end, p_job.queue,
           case when v_ahead = 1 then 'comes' else 'come' end, ', which takes turns by "' || v_fair.by_global || '"'),
    case when p_job.run_at < statement_now() - interval '1 minute' then 'All workers of the queue seem to be busy: start more, or look at worker_status.' end,
    null::bigint, p_job.run_at, null::timestamptz;
end
$$;
comment on function explain_turn(jobs, text) is 'The part of explain() about an operation that has its turn in a fair queue, and waits for it.';
