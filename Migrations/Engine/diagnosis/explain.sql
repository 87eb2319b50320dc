create or replace function explain(id bigint) returns setof explanation
  language plpgsql stable
  set search_path from current
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_now timestamptz := statement_now();
  v_schema text := quote_ident(current_schema());
  v_operation operations;
  v_job jobs;
  v_action actions;
  v_worker workers;
  v_queue queues;
  v_place text;
  v_first text;
  v_knowing integer;
  v_free boolean := true;
  v_is_limited boolean := false;
  r explanation;
begin
  select * into v_operation from operations o where o.id = explain.id;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', explain.id);
  end if;
  select * into v_job from jobs where operation_id = explain.id;
  select * into v_action from actions a where a.operation_id = explain.id and a.position = coalesce(v_job.position, v_operation.stopped_position);
  v_place := coalesce(v_action.branch || '/' || v_action.name, 'its first action');

  if v_operation.state <> 'active' then
    select format('%L, %L', a.branch, a.name) into v_first from actions a where a.operation_id = explain.id order by a.position limit 1;
    r := row(
      v_operation.state,
      case v_operation.state
        when 'completed' then 'all of it is done'
        when 'failed' then concat_ws(': ',
          format('%s failed at attempt %s of %s', v_place, v_action.earlier_attempts + v_action.attempts_count,
                 v_action.earlier_attempts + v_action.max_attempts)
            || case when v_action.error_type = 'crashed' and v_action.attempts_count < v_action.max_attempts
                 then ' (the third crash in a row ends an operation)' else '' end,
          v_action.error_type, left(v_action.error_message, 500))
        else concat_ws(': ', format('it was cancelled at %s', v_place), v_operation.stop_reason)
      end,
      case v_operation.state
        when 'completed' then format('SELECT %1$s.run_from(%2$s, %3$s) runs it again from there on, SELECT %1$s.rerun(%2$s) all of it as a new operation.', v_schema, explain.id, v_first)
        when 'failed' then format('SELECT %1$s.retry(%2$s) lets it go on there, SELECT %1$s.skip(%2$s) behind it; jump and run_from lead elsewhere.', v_schema, explain.id)
        else format('SELECT %s.retry(%s) lets it go on there.', v_schema, explain.id)
      end,
      null, v_operation.ended_at, null
    );
    return next r;
    return;
  end if;
  if v_job.operation_id is null then
    r := row('changing', 'it has no job', format('Ask again; if it stays so, SELECT * FROM %s.invariants().', v_schema), null, null, null);
    return next r;
    return;
  end if;
  if v_operation.parked_at is not null then
    return query
      select o.reason, o.detail, o.advice, o.worker_id, v_operation.parked_at, o.until from obstacles(explain.id, v_operation.name, null, null, null, true) as o;
    return;
  end if;

  if v_job.queue = '/waits' then
    return query select e.* from explain_wait(v_job, v_action) as e;
    return;
  end if;

  if v_job.queue = '/limits' then
    v_job.queue := coalesce(v_action.queue, v_operation.queue);
    v_is_limited := true;
  end if;
  v_job.queue := served_queue(v_job.queue);
  select * into v_queue from paused_queues where name = v_job.queue;

  if v_job.worker_id is not null then
    select * into v_worker from workers w where w.id = v_job.worker_id;
    if v_worker.id is null or v_worker.missing_since is not null or v_worker.heartbeat_at + v_worker.lease <= v_now then
      r := row(
        'worker_missing',
        format('%s was running on %s', v_place, coalesce(format('%s pid %s, last heard of at %s', v_worker.host, v_worker.pid, v_worker.heartbeat_at), 'a worker that is gone')),
        format('Living workers take it back within seconds; run one, or SELECT * FROM %s.rescue().', v_schema),
        v_job.worker_id, coalesce(v_worker.missing_since, v_worker.heartbeat_at + v_worker.lease, v_job.claimed_at), v_worker.heartbeat_at + v_worker.lease
      );
    else
      r := row(
        'running',
        concat_ws(', ', format('%s runs on %s pid %s, attempt %s of %s', v_place, v_worker.host, v_worker.pid, v_action.earlier_attempts + v_job.attempt,
                         v_action.earlier_attempts + v_action.max_attempts),
                  round((v_job.progress * 100)::numeric) || ' %', v_job.progress_note),
        format('SELECT %s.cancel(%s) stops it.', v_schema, explain.id),
        v_job.worker_id, v_job.claimed_at, v_job.claimed_at + v_action.timeout
      );
    end if;
    return next r;
    if v_queue.name is not null then
      r := row(
        'queue_paused', concat_ws(': ', format('queue "%s" was paused by %s; the next action will wait', v_queue.name, v_queue.paused_by), v_queue.reason),
        format('SELECT %s.resume(%L)', v_schema, v_queue.name), null, v_queue.paused_at, v_queue.paused_until
      );
      return next r;
    end if;
    return;
  end if;

  if v_is_limited and (v_job.run_at <= v_now or v_job.ticket is not null) then
    return query select e.* from explain_limit(v_job, v_action) as e;
    v_free := false;
  elsif v_job.run_at > v_now then
    r := case when v_job.attempt > 0 then row(
      'retrying',
      concat_ws(': ', format('%s waits for attempt %s of %s after', v_place, v_action.earlier_attempts + v_job.attempt + 1, v_action.earlier_attempts + v_action.max_attempts),
                coalesce(v_action.error_type, 'an attempt that did not end well'), left(v_action.error_message, 500)),
      format('SELECT %s.retry(%s) tries at once.', v_schema, explain.id), null::bigint, v_action.errored_at, v_job.run_at
    ) else row(
      'scheduled', format('%s is due at %s', v_place, v_job.run_at),
      format('SELECT %s.reschedule(%s, now()) starts it at once.', v_schema, explain.id), null::bigint, null::timestamptz, v_job.run_at
    ) end;
    return next r;
    v_free := false;
  end if;
  for r in select * from obstacles(explain.id, null, v_job.queue, v_job.handler, v_job.crashes, true) loop
    r.since := coalesce(r.since, case when r.reason = 'suspect' then v_action.errored_at else coalesce(v_job.came_at, v_job.run_at) end);
    return next r;
    v_free := false;
  end loop;
  if v_free then
    return query select e.* from explain_full_queue(v_job.queue, v_place, v_job.run_at) as e;
    v_free := not found;
  end if;
  if v_free and v_job.turn is not null then
    return query select e.* from explain_turn(v_job, v_place) as e;
  elsif v_free then
    select count(*) into v_knowing
      from workers w
     where v_job.queue = any (w.queues) and v_job.handler = any (w.handlers) and not w.stopping and w.heartbeat_at + w.lease > v_now;
    r := row(
      'ready',
      format('%s waits for a free slot; %s live worker(s) know it', v_place, v_knowing),
      case when v_job.run_at < v_now - interval '1 minute' then 'All of them seem to be busy: start more, or look at worker_status.' end,
      null, v_job.run_at, null
    );
    return next r;
  end if;
end
$$;
comment on function explain(bigint) is
  'Why an operation is not running, or what it is doing: every reason as a row, with what to do about it. SELECT * FROM backops.explain(48213)';
