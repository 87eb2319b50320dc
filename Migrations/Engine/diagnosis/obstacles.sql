-- Why an operation that could go on does not: the one place that knows. The note of operation_status, the view stuck, explain and
-- `backops doctor` show what comes from here, so that a new reason is added here alone.
--
-- Ordered by what has to be mended first. Names that are nearly right are looked for only where somebody asks about one operation.
create or replace function obstacles(
  p_operation_id bigint, p_parked_name text, p_queue text, p_handler text, p_crashes integer, p_suggests boolean default false
) returns setof explanation
  language plpgsql stable
  set search_path from current
  set jit = off
as $$
declare
  v_schema text := quote_ident(current_schema());
  v_queue queues;
  v_limit queue_limits;
  v_serving integer;
  v_knowing integer;
  r explanation;
begin
  if p_parked_name is not null then
    r.reason := 'parked';
    r.detail := format('no worker has registered "%s"', p_parked_name)
      || case when p_suggests then did_you_mean(p_parked_name, array(select name from definitions where current)) else '' end;
    r.advice := format('Start a worker that knows it: it goes on by itself. If the name is wrong, SELECT %s.cancel(%s), and enqueue it under the right one.',
                       v_schema, p_operation_id);
    return next r;
    return;
  end if;

  select * into v_queue from paused_queues where name = p_queue;
  if found then
    r := row(
      'queue_paused', concat_ws(': ', format('queue "%s" was paused by %s', v_queue.name, v_queue.paused_by), v_queue.reason),
      format('SELECT %s.resume(%L)', v_schema, v_queue.name), null, v_queue.paused_at, v_queue.paused_until
    );
    return next r;
  end if;

  select * into v_limit from queue_limits where queue = p_queue and maximum = 0;
  if found then
    r := row(
      'queue_full', concat_ws(': ', format('nothing of queue "%s" may run, says %s', p_queue, v_limit.set_by), v_limit.reason),
      format('SELECT %1$s.set_queue_limit(%2$L, N), or SELECT %1$s.set_queue_limit(%2$L, null) for no limit', v_schema, p_queue), null, v_limit.set_at, null
    );
    return next r;
  end if;

  r := null;
  select count(*), count(*) filter (where p_handler = any (w.handlers)) into v_serving, v_knowing
    from workers w
   where p_queue = any (w.queues) and not w.stopping and w.heartbeat_at + w.lease > statement_now();
  if v_serving = 0 then
    r.reason := 'queue_unserved';
    r.detail := format('no live worker serves queue "%s"', p_queue)
      || case when p_suggests then did_you_mean(p_queue, array(select unnest(w.queues) from workers w where w.heartbeat_at + w.lease > statement_now())) else '' end;
    r.advice := format('Start a worker that serves it: work --queue %s.', p_queue);
    return next r;
  elsif v_knowing = 0 then
    r.reason := 'action_unknown';
    r.detail := format('none of the %s live workers of queue "%s" knows "%s"', v_serving, p_queue, p_handler)
      || case when p_suggests then did_you_mean(p_handler, array(select unnest(w.handlers) from workers w where w.heartbeat_at + w.lease > statement_now())) else '' end;
    r.advice := format('Start a worker that has the action, or SELECT %s.skip(%s).', v_schema, p_operation_id);
    return next r;
  elsif p_crashes > 0 then
    r.reason := 'suspect';
    r.detail := format('its worker died %s time(s); it runs alone next, once a worker has nothing else to do', p_crashes);
    r.advice := format('Wait, or SELECT %s.skip(%s) to leave it out.', v_schema, p_operation_id);
    return next r;
  end if;
end
$$;
comment on function obstacles(bigint, text, text, text, integer, boolean) is
  'What keeps an operation from going on that is parked (p_parked_name), or whose job of this queue, handler and number of crashes is due: no row if nothing does.';
