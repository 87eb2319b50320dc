-- Queues and what keeps an operation from running: pausing, counting without reading everything, and explaining.

-- Locks: the queue's row. A claim that began before this commits may still take jobs; one that begins afterwards takes none.
create function pause(queue text, until timestamptz default null, reason text default null) returns queues
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_now timestamptz := clock_now();
  v_queue queues;
begin
  if queue is null or queue !~ '^[a-z0-9_.-]{1,100}$' then
    raise exception using errcode = 'OP004', message = format('"%s" is no name of a queue', left(queue, 100)),
      hint = 'Names of queues are made of a-z, 0-9, dot, dash and underscore, at most 100 of them.';
  end if;
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
  if not exists (select from jobs j where j.queue = pause.queue) and not exists (select from workers w where pause.queue = any (w.queues)) then
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

-- Locks: the queue's row.
create function resume(queue text) returns queues
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_queue queues;
begin
  update queues q
     set paused_at = null, paused_until = null, paused_by = null, reason = null
   where q.name = queue and q.paused_at is not null
  returning * into v_queue;
  if not found then
    raise exception using errcode = 'OP003', message = format('queue "%s" is not paused', queue),
      hint = coalesce(
        (select 'Paused are ' || string_agg(format('"%s"', q.name), ', ' order by q.name) || '.' from queues q where q.paused_at is not null),
        'No queue is paused.'
      );
  end if;
  perform write_audit('resume', null, null, jsonb_build_object('queue', queue));
  perform wake(queue, 16);
  return v_queue;
end
$$;
comment on function resume(text) is 'Lets a paused queue go on, and wakes workers that sleep.';

create function queue_names() returns setof text
  language sql stable rows 5
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
  with recursive waiting (queue) as (
    (select queue from jobs order by queue limit 1)
    union all
    select next.queue
      from waiting
     cross join lateral (select j.queue from jobs j where j.queue > waiting.queue order by j.queue limit 1) as next
  )
  select queue from waiting
  union
  select name from queues where paused_at is not null
  union
  select unnest(queues) from workers
$$;
comment on function queue_names() is 'Queues in which something waits, that are paused, or that a worker serves: from one to the next by the index.';

create function front_of_queue(p_queue text, p_limit integer)
returns table (
  operation_id bigint, "position" integer, priority smallint, worker_id bigint, run_at timestamptz, claimed_at timestamptz, attempt integer,
  crashes smallint, handler text
)
  language plpgsql stable rows 50
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
#variable_conflict use_column
begin
  return query
    select j.*
      from generate_series(0, 9) as lane
     cross join lateral (
       select j.operation_id, j.position, j.priority, j.worker_id, j.run_at, j.claimed_at, j.attempt, j.crashes, j.handler
         from jobs j
        where j.queue = p_queue and j.priority = lane::smallint and j.run_at <= statement_now()
        order by j.run_at, j.operation_id
        limit p_limit
     ) as j
     limit 2 * p_limit;
end
$$;
comment on function front_of_queue(text, integer) is
  'The jobs of a queue that are due, held ones included: the first p_limit of each priority, twice as many in all. Held jobs are among the first, '
  'because workers take the first ones.';

create function count_queue(p_queue text)
returns table (ready bigint, running bigint, retrying bigint, scheduled bigint, parked bigint, oldest_ready_at timestamptz, capped boolean)
  language plpgsql stable rows 1
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_due bigint;
  v_future bigint;
begin
  select count(*), count(*) filter (where j.worker_id is null), count(*) filter (where j.worker_id is not null),
         min(j.run_at) filter (where j.worker_id is null)
    into v_due, ready, running, oldest_ready_at
    from front_of_queue(p_queue, 1000) as j;
  select count(*), count(*) filter (where j.attempt > 0), count(*) filter (where j.attempt = 0)
    into v_future, retrying, scheduled
    from (
      select j.attempt
        from generate_series(0, 9) as lane
       cross join lateral (
         select j.attempt
           from jobs j
          where j.queue = p_queue and j.priority = lane::smallint and j.run_at > statement_now() and j.run_at < 'infinity'
          order by j.run_at
          limit 1000
       ) as j
       limit 1000
    ) as j;
  select count(*) into parked
    from (
      select
        from generate_series(0, 9) as lane
       cross join lateral (
         select from jobs j where j.queue = p_queue and j.priority = lane::smallint and j.run_at = 'infinity' limit 1000
       ) as j
       limit 1000
    ) as j;
  capped := v_due >= 1000 or v_future >= 1000 or parked >= 1000;
  return next;
end
$$;
comment on function count_queue(text) is 'How many jobs of a queue are in which state, counted up to a cap, by the index that claims use.';

create view queue_depth as
  select n.queue, c.ready, c.scheduled, c.running, c.retrying, c.parked as waiting,
         c.oldest_ready_at, statement_now() - c.oldest_ready_at as oldest_ready_age,
         q.paused_at, q.paused_until, q.paused_by, q.reason as paused_reason,
         (select count(*) from workers w where n.queue = any (w.queues) and not w.stopping and w.heartbeat_at + w.lease > statement_now()) as workers,
         c.capped
    from queue_names() as n (queue)
   cross join lateral count_queue(n.queue) as c
    left join paused_queues q on q.name = n.queue;
comment on view queue_depth is
  'What waits in every queue: ready (due, also for another attempt), scheduled (for later), running, retrying (after an error, for later), waiting (parked, '
  'until a worker registers their name), and who paused it. Counting stops at 1000 or 2000 of a kind, then capped is true: there are at least as many. '
  'SELECT * FROM backops.queue_depth ORDER BY queue';

create view worker_status as
  select w.id, w.host, w.pid, w.version, w.queues, w.slots, coalesce(b.busy, 0) as busy, w.started_at, w.heartbeat_at,
         statement_now() - w.heartbeat_at as last_seen,
         w.sleeping, w.stopping,
         w.missing_since is not null or w.heartbeat_at + w.lease <= statement_now() as missing,
         w.schema_version,
         coalesce(b.capped, false) as capped
    from workers w
    left join (
      select j.worker_id, count(*) as busy, bool_or(j.is_capped) as capped
        from queue_names() as n (queue)
       cross join lateral (
         select f.worker_id, count(*) over () >= 1000 as is_capped from front_of_queue(n.queue, 1000) as f
       ) as j
       where j.worker_id is not null
       group by j.worker_id
    ) as b on b.worker_id = w.id;
comment on view worker_status is
  'Worker processes: how many jobs they hold (busy; more than slots while actions of no time are claimed ahead), when they were last heard of, '
  'and whether they are missing. busy is looked for among the first thousands of jobs that are due in each queue; capped says that there were more. SELECT * FROM backops.worker_status ORDER BY host, pid';

create function edit_distance(p_first text, p_second text) returns integer
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_first text[] := string_to_array(lower(left(p_first, 100)), null);
  v_second text[] := string_to_array(lower(left(p_second, 100)), null);
  v_before integer[];
  v_last integer[] := array(select generate_series(0, cardinality(v_second)));
  v_row integer[];
  v_best integer;
begin
  for i in 1..cardinality(v_first) loop
    v_row := array[i];
    for j in 1..cardinality(v_second) loop
      v_best := least(
        v_last[j + 1] + 1, v_row[j] + 1, v_last[j] + case when v_first[i] = v_second[j] then 0 else 1 end
      );
      if i > 1 and j > 1 and v_first[i] = v_second[j - 1] and v_first[i - 1] = v_second[j] then
        v_best := least(v_best, v_before[j - 1] + 1);
      end if;
      v_row := v_row || v_best;
    end loop;
    v_before := v_last;
    v_last := v_row;
  end loop;
  return v_last[cardinality(v_second) + 1];
end
$$;
comment on function edit_distance(text, text) is 'Letters to insert, remove, replace or swap with their neighbour; upper and lower case are the same.';

create function nearest_name(p_word text, p_candidates text[]) returns text
  language sql immutable
  set search_path from current
as $$
  select candidate
    from (
      select candidate, edit_distance(p_word, candidate) as distance
        from (select distinct candidate from unnest(p_candidates) as candidate where abs(length(candidate) - length(p_word)) <= greatest(1, length(p_word) / 3)
               order by candidate limit 200) as near
    ) as rated
   where distance between 1 and greatest(1, length(p_word) / 3)
   order by distance, candidate
   limit 1
$$;
comment on function nearest_name(text, text[]) is 'The name that somebody may have meant; null when all are too different.';

create view stuck as
  select s.operation_id, o.name::text, s.queue, a.branch || '/' || a.name as action, s.since, s.reason, s.advice
    from (
      (
        select o.id as operation_id, null::integer as position, o.queue, o.parked_at as since,
               format('no worker has registered "%s"', o.name) as reason,
               'Start a worker that knows it; explain(id) says whether the name may be misspelt.' as advice
          from operations o
         where o.parked_at is not null
         limit 100
      )
      union all
      (
        select j.operation_id, j.position, j.queue, j.run_at, format('its worker died %s time(s); it runs alone next', j.crashes),
               'A worker takes it once nothing else runs in its process. skip(id) leaves the action out, cancel(id) ends it.'
          from jobs j
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
                 when q.name is not null then format('queue "%s" is paused', n.queue)
                 when not k.serves then format('no live worker serves queue "%s"', n.queue)
                 when not k.knows then format('no live worker of queue "%s" knows "%s"', n.queue, f.handler)
                 else 'workers that know it are busy'
               end,
               case
                 when f.worker_id is not null and w.heartbeat_at + w.lease > statement_now() then 'cancel(id) stops it; a timeout on the action would.'
                 when f.worker_id is not null then 'Living workers take it back; run one, or call rescue().'
                 when q.name is not null then format('resume(''%s'')', n.queue)
                 when not k.serves or not k.knows then 'Start a worker that serves the queue and knows the action; explain(id) tells more.'
                 else 'Start more workers, or give them more slots.'
               end
          from queue_names() as n (queue)
         cross join lateral front_of_queue(n.queue, 100) as f
          left join paused_queues q on q.name = n.queue
          left join workers w on w.id = f.worker_id
         cross join lateral (
           select coalesce(bool_or(true), false) as serves, coalesce(bool_or(f.handler = any (w.handlers)), false) as knows
             from workers w
            where n.queue = any (w.queues) and not w.stopping and w.heartbeat_at + w.lease > statement_now()
         ) as k
         where f.crashes = 0
           and case
             when f.worker_id is null then f.run_at < statement_now() - interval '1 minute'
             when w.id is null or w.heartbeat_at + w.lease <= statement_now() then true
             else f.claimed_at < statement_now() - interval '1 hour'
           end
      )
    ) as s
    join operations o on o.id = s.operation_id
    left join actions a on a.operation_id = s.operation_id and a.position = s.position;
comment on view stuck is
  'Operations that should go on and do not: due for a minute and not claimed, running for an hour, held by a worker that is gone, suspects, parked. '
  'The first hundred of each kind and queue. SELECT * FROM backops.stuck ORDER BY since LIMIT 20';
