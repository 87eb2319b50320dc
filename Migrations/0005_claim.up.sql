-- Claim: workers take due jobs, each one exactly once.

-- An xmin is another one whenever the row was changed, unless the same transaction changes it twice.
create function settled_version(p_xmin xid) returns bigint
  language sql stable
  return case when p_xmin::text::bigint < pg_current_xact_id()::text::bigint & 4294967295 then p_xmin::text::bigint end;
comment on function settled_version(xid) is
  'The version of a row, by its xmin, or null if the running transaction may have written it: it could write it again without another xmin.';

create type claimed_job as (
  operation_id  bigint,
  claim_id      bigint,
  definition_id bigint,
  position      integer,
  run           integer,
  attempt       integer,
  max_attempts  integer,
  priority      smallint,
  timeout_ms    bigint,
  run_at        timestamptz,
  enqueued_at   timestamptz,
  queue         text,
  operation     text,
  branch        text,
  action        text,
  globals       jsonb,
  plan          json,
  claimed_at    timestamptz,
  traceparent   text,
  globals_version bigint
);
comment on type claimed_job is
  'What a worker must know to run the action that it claimed. plan is given where the operation brought its own branches: [[branch, action], …].';
comment on column claimed_job.operation_id is 'The operation.';
comment on column claimed_job.claim_id is 'Name it in every call that concerns this claim.';
comment on column claimed_job.definition_id is 'Version of the registered plan; null where the operation brought its own branches.';
comment on column claimed_job.position is 'The action''s place in the plan.';
comment on column claimed_job.run is 'The run of the action, from 1.';
comment on column claimed_job.attempt is 'The attempt of that run, from 1, this one included, and those before a retry.';
comment on column claimed_job.max_attempts is 'The attempt with which the operation fails.';
comment on column claimed_job.priority is 'Lane of the job: pass (queue, priority, run_at, operation_id) of the last one to claim behind it.';
comment on column claimed_job.timeout_ms is 'Longest time for the attempt in milliseconds, or null.';
comment on column claimed_job.run_at is 'When the job was due.';
comment on column claimed_job.enqueued_at is 'When the operation was enqueued.';
comment on column claimed_job.queue is 'Queue of the job.';
comment on column claimed_job.operation is 'Name of the operation.';
comment on column claimed_job.branch is 'Branch of the action.';
comment on column claimed_job.action is 'Name of the action.';
comment on column claimed_job.globals is 'The globals.';
comment on column claimed_job.plan is 'Branches and actions in order, for jumps.';
comment on column claimed_job.claimed_at is 'When it was claimed: claimed_at - run_at is how long it was due before.';
comment on column claimed_job.traceparent is 'W3C trace context of the enqueue, or null.';
comment on column claimed_job.globals_version is
  'Another number whenever the globals have changed, or null. Give it to complete_many, and the globals come again only if they have.';

-- claim spells the same columns out: it describes the rows that its own UPDATE returns, which no other query of that statement
-- could see yet.
create function describe_claims(p_operation_ids bigint[]) returns setof claimed_job
  language sql stable
  set search_path from current
  set jit = off
as $$
  select j.operation_id, j.claim_id, j.definition_id, j.position, a.run, a.earlier_attempts + j.attempt, a.earlier_attempts + a.max_attempts, j.priority,
         (extract(epoch from a.timeout) * 1000)::bigint,
         j.run_at, o.created_at, j.queue, o.name, a.branch, a.name, o.globals,
         case when j.definition_id is null then (
           select json_agg(json_build_array(p.branch, p.name) order by p.position) from actions p where p.operation_id = j.operation_id
         ) end,
         j.claimed_at, o.traceparent, null::bigint
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
    join operations o on o.id = j.operation_id
   where j.operation_id = any (p_operation_ids)
   order by j.priority, j.run_at, j.operation_id
$$;
comment on function describe_claims(bigint[]) is 'What a worker must know of the jobs that it holds.';

-- Locks: the worker's advisory lock, shared, against being forgotten before this commits; then the jobs that it returns,
-- skipping locked ones; never waits.
--
-- Each lane, a queue with a priority, is one index range from the key behind which the caller wants to go on up to now: jobs that
-- are not due yet, jobs of other priorities and whatever lies before that key (running jobs, dead versions that a long
-- snapshot keeps) cost nothing. The planner is held to that: a plan made while jobs was empty must not scan it when it is full.
create function claim(
  p_worker_id bigint, p_limit integer,
  p_queues text[], p_priorities smallint[], p_after_run_at timestamptz[], p_after_operation_id bigint[]
) returns setof claimed_job
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_handlers text[];
  v_is_missing boolean;
  v_paused text[];
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    raise exception using errcode = 'OP004', message = format('cannot claim %s jobs at once', coalesce(p_limit::text, 'null')), hint = 'p_limit is 1 to 1000.';
  end if;
  if pg_try_advisory_xact_lock_shared(worker_lock(p_worker_id)) then
    select handlers, missing_since is not null,
           array(select name from paused_queues)
      into v_handlers, v_is_missing, v_paused
      from workers where id = p_worker_id and heartbeat_at + lease > v_now and not stopping;
  end if;
  if v_handlers is null then
    raise exception using errcode = 'OP006', message = format('worker %s is not registered, is stopping, or its lease has ended', p_worker_id),
      hint = 'Call register_worker again.';
  end if;
  if v_is_missing then
    perform show_life(p_worker_id);
  end if;

  return query
    with picked as materialized (
      select job.*
        from unnest(p_queues, p_priorities, p_after_run_at, p_after_operation_id) as lane (queue, priority, run_at, operation_id)
       cross join lateral (
         select j.operation_id, a.run, a.earlier_attempts, a.max_attempts, a.timeout, a.branch, a.name as action,
                o.created_at, o.name as operation, o.globals, o.traceparent, o.xmin as version
           from jobs j
           join actions a on a.operation_id = j.operation_id and a.position = j.position
           join operations o on o.id = j.operation_id
          where j.queue = lane.queue and j.priority = lane.priority
            and (j.run_at, j.operation_id) > (lane.run_at, lane.operation_id)
            and j.run_at <= v_now
            and j.worker_id is null
            and j.crashes = 0
            and j.handler = any (v_handlers)
          order by j.run_at, j.operation_id
          limit p_limit
            for update of j skip locked
       ) as job
       where lane.queue <> all (v_paused)
       limit p_limit
    ),
    claimed as (
      update jobs j
         set worker_id = p_worker_id, claim_id = nextval('claim_ids'), claimed_at = v_now, attempt = j.attempt + 1
        from picked p
       where j.operation_id = p.operation_id
      returning j.operation_id, j.claim_id, j.definition_id, j.position, p.run, p.earlier_attempts + j.attempt as attempt,
                p.earlier_attempts + p.max_attempts as max_attempts, j.priority, p.timeout,
                j.run_at, p.created_at, j.queue, p.operation, p.branch, p.action, p.globals, j.claimed_at, p.traceparent, p.version
    )
    select c.operation_id, c.claim_id, c.definition_id, c.position, c.run, c.attempt, c.max_attempts, c.priority,
           (extract(epoch from c.timeout) * 1000)::bigint,
           c.run_at, c.created_at, c.queue, c.operation::text, c.branch, c.action, c.globals::jsonb,
           case when c.definition_id is null then (
             select json_agg(json_build_array(p.branch, p.name) order by p.position) from actions p where p.operation_id = c.operation_id
           ) end,
           c.claimed_at, c.traceparent, settled_version(c.version)
      from claimed c
     order by c.priority, c.run_at, c.operation_id;
end
$$;
comment on function claim(bigint, integer, text[], smallint[], timestamptz[], bigint[]) is
  'Claims up to p_limit due jobs that the worker knows, lane by lane in the order given, each lane (queue, priority) behind the key '
  '(run_at, operation_id) that is given for it (''-infinity'', 0 to start over). Jobs whose worker died are left to claim_suspect, and those of a queue that is paused stay.';

create function claim(p_worker_id bigint, p_limit integer default 1) returns setof claimed_job
  language sql
  set search_path from current
  set jit = off
as $$
  select c.*
    from (
      select array_agg(queue order by priority, n) as queues, array_agg(priority::smallint order by priority, n) as priorities
        from workers
       cross join unnest(queues) with ordinality as q (queue, n)
       cross join generate_series(0, 9) as priority
       where id = p_worker_id
    ) as lanes
   cross join lateral claim(
     p_worker_id, p_limit, lanes.queues, lanes.priorities,
     -- No lanes for a worker that is not there: the function below says so.
     array_fill('-infinity'::timestamptz, array[coalesce(cardinality(lanes.queues), 0)]),
     array_fill(0::bigint, array[coalesce(cardinality(lanes.queues), 0)])
   ) as c
$$;
comment on function claim(bigint, integer) is
  'Claims up to p_limit due jobs of the worker''s queues from the start of each lane, best priority first: the simple form, for workers written in SQL.';

-- Locks: as claim.
create function claim_suspect(p_worker_id bigint) returns setof claimed_job
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_worker workers;
  v_id bigint;
begin
  if pg_try_advisory_xact_lock_shared(worker_lock(p_worker_id)) then
    select * into v_worker from workers where id = p_worker_id and heartbeat_at + lease > v_now and not stopping;
  end if;
  if v_worker.id is null then
    raise exception using errcode = 'OP006', message = format('worker %s is not registered, is stopping, or its lease has ended', p_worker_id),
      hint = 'Call register_worker again.';
  end if;
  select j.operation_id into v_id
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
    join operations o on o.id = j.operation_id
   where j.crashes > 0 and j.worker_id is null and j.run_at <= v_now and j.queue = any (v_worker.queues) and j.handler = any (v_worker.handlers)
     and j.queue not in (select name from paused_queues)
   order by j.run_at, j.operation_id
   limit 1
     for update of j skip locked;
  update jobs
     set worker_id = p_worker_id, claim_id = nextval('claim_ids'), claimed_at = v_now, attempt = attempt + 1
   where operation_id = v_id;
  return query select * from describe_claims(array[v_id]);
end
$$;
comment on function claim_suspect(bigint) is
  'Claims one job whose worker died while it held it. It may be the killer: run it with nothing beside it; a clean end acquits it.';

create function next_due(p_worker_id bigint) returns interval
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
begin
  return (
    select least(min(job.run_at), min(pause.until)) - statement_now()
      from workers w
     cross join unnest(w.queues) as served (queue)
      left join lateral (
        select true as is_paused, paused_until as until from paused_queues where name = served.queue
      ) as pause on true
     cross join generate_series(0, 9) as lane (priority)
      left join lateral (
        select j.run_at
          from jobs j
         where pause.is_paused is null
           and j.queue = served.queue and j.priority = lane.priority::smallint and j.run_at > statement_now() and j.run_at < 'infinity'
         order by j.run_at
         limit 1
      ) as job on true
     where w.id = p_worker_id
  );
end
$$;
comment on function next_due(bigint) is 'How long until the next scheduled job of the worker''s queues is due, or a pause of one ends; null when there is neither.';

create function held(p_worker_id bigint) returns setof claimed_job
  language sql stable
  set search_path from current
as $$
  select * from describe_claims(array(select operation_id from jobs where worker_id = p_worker_id))
$$;
comment on function held(bigint) is
  'The jobs that a worker holds: what it asks after a call whose answer it never got, to learn what was handed to it.';
