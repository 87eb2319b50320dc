-- Locks: the queue's row. A claim that began before this commits may still take jobs; one that begins afterwards takes none.
create or replace function pause(queue text, until timestamptz default null, reason text default null) returns queues
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_now timestamptz := clock_now();
  v_queue queues;
begin
  perform check_queue_name(queue);
  if until <= v_now or not isfinite(until) then
    raise exception using errcode = 'OP004', message = format('a queue cannot be paused until %s', until),
      hint = 'Give a time to come, such as now() + interval ''1 hour'', or none for until somebody resumes it.';
  end if;
  insert into queues as q (name, paused_at, paused_until, paused_by, reason)
    values (queue, v_now, until, session_user, left(reason, 2000))
    on conflict (name) do update
      set paused_at = case when q.paused_until <= v_now then v_now else coalesce(q.paused_at, v_now) end,
          paused_until = excluded.paused_until, paused_by = excluded.paused_by, reason = excluded.reason
    returning * into v_queue;
  perform write_audit('pause', null, reason, jsonb_build_object('queue', queue, 'until', until));
  if not exists (select from jobs j where j.queue in (pause.queue, fair_queue(pause.queue))) and not exists (select from workers w where pause.queue = any (w.queues)) then
    raise notice using message = format('nothing waits in the queue "%s", and no worker serves it', queue),
      hint = (
        select case when near is null then 'It stays paused for what comes.' else format('Did you mean "%s"?', near) end
          from nearest_name(queue, array(select n.queue from queue_names() as n (queue) where n.queue <> pause.queue)) as near
      );
  end if;
  if until is not null then
    -- Who sleeps has to learn when to wake.
    perform pg_notify(worker_channel(w.id), 'work') from workers w where w.sleeping and queue = any (w.queues);
  end if;
  return v_queue;
end
$$;
comment on function pause(text, timestamptz, text) is
  'Pauses a queue until a time, or until somebody resumes it: nothing of it is claimed any more. What runs finishes; the next action of its operation '
  'does not start. A queue that is paused gets the new time and reason. SELECT backops.pause(''mail'', now() + interval ''1 hour'', ''mail server down'')';
