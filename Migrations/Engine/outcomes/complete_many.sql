-- Lock order, of everything in this schema: jobs in operation_id order, then operations in id order. Actions and attempts need
-- no locks of their own: the holder of the job, or of the ended operation, owns them.

-- Locks: the jobs, in operation_id order; one that somebody else has locked is left out and reported as busy, so that a foreign
-- lock stalls one operation and not the batch. Then the operations that change, in the same order.
--
-- Only nested loops over indexes are allowed: they keep that order, and a plan made while the tables were empty must not scan
-- them when they are full. A whole index read in order would do as badly as a table, so nothing leaves the planner that choice:
-- rows are read by lateral queries that it cannot turn round, and written by a condition that cannot be merged, "= any (array[…])".
-- No statistics could make a better plan, so a session makes it once; and to compile it takes longer than to run it a thousand times.
create or replace function complete_many(
  p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_patches jsonb[], p_jumps integer[],
  p_continue boolean default true, p_globals_versions bigint[] default null
) returns table (
  operation_id bigint, claim_id bigint, outcome text, next_claim_id bigint, "position" integer, run integer, max_attempts integer,
  timeout_ms bigint, branch text, action text, globals jsonb, globals_version bigint, attempt integer
)
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_worker_id bigint;
  v_handlers text[];
  v_is_missing boolean;
  v_paused text[];
  v_jump record;
  v_invalid bigint[] := '{}';
  v_problem text;
  v_patch jsonb;
  v_due_queue text;
  v_due_queues text[];
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_patches), cardinality(p_jumps), cardinality(p_globals_versions));
  -- What cannot be done is an error where it stands alone; of many, it does not take the others with it.
  if cardinality(p_operation_ids) = 1 then
    perform check_patches(p_patches);
  elsif cardinality(array_remove(p_patches, null)) > 0 or cardinality(array_remove(p_jumps, null)) > 0 then
    -- Large globals are put together to see. Others cannot grow beyond the limit: what a row holds in less than 2 kB is not compressed, and
    -- what is compressed was 250 times as large at the most.
    select coalesce(array_agg(i.claim_id), '{}') into v_invalid
      from unnest(p_operation_ids, p_claim_ids, p_patches, p_jumps) as i (operation_id, claim_id, patch, target)
      left join lateral (select pg_column_size(globals) as size from operations where id = i.operation_id offset 0) as o on i.patch is not null
     where case
       when i.target is not null and not exists (select from actions where operation_id = i.operation_id and position = i.target) then true
       when i.patch is null then false
       when not is_patch(i.patch) then true
       when o.size <= 2000 and pg_column_size(i.patch) < 4096 then false
       else not fits(i.operation_id, i.patch)
     end;
  end if;
  -- Nothing is held without a lease. A queue that is paused is no lane to go on in, and in a fair one each action takes its turn.
  select id, handlers, missing_since is not null,
         array(select name from paused_queues union all select queue from fair_queues where by_global is not null)
    into v_worker_id, v_handlers, v_is_missing, v_paused
    from workers where id = p_worker_id and heartbeat_at + lease > v_now;
  if v_is_missing then
    perform show_life(p_worker_id);
  end if;

  -- 1. Actions that jump are completed, and what they jump to is opened.
  if cardinality(array_remove(p_jumps, null)) > 0 then
    for v_jump in
      select i.target, j.*
        from (select * from unnest(p_operation_ids, p_claim_ids, p_jumps) as i (operation_id, claim_id, target) order by operation_id) as i
       cross join lateral (
         select j.operation_id, j.position, j.attempt, j.claim_id, j.claimed_at
           from jobs j
          where j.operation_id = i.operation_id and j.worker_id = v_worker_id and j.claim_id = i.claim_id
            for update skip locked
       ) as j
       where i.target is not null and j.claim_id <> all (v_invalid)
    loop
      update actions
         set started_at = v_jump.claimed_at, completed_at = v_now, completed_claim_id = v_jump.claim_id, attempts_count = v_jump.attempt,
             errored_at = null, error_type = null, error_message = null, stack_trace = null
       where operation_id = v_jump.operation_id and position = v_jump.position;
      perform apply_jump(v_jump.operation_id, v_jump.target, v_now);
    end loop;
  end if;

  -- 2. The others are completed; every operation moves on, or ends.
  for operation_id, claim_id, outcome, next_claim_id, "position", run, max_attempts, timeout_ms, branch, action, globals, globals_version, attempt,
      v_problem, v_patch, v_due_queue in
    with held as materialized (
      select i.patch, i.target, i.known_version, j.*
        from (
          select *
            from unnest(p_operation_ids, p_claim_ids, p_patches, p_jumps, p_globals_versions)
              as i (operation_id, claim_id, patch, target, known_version)
           where i.claim_id <> all (v_invalid)
           order by operation_id
        ) as i
       cross join lateral (
         select j.operation_id, j.claim_id, j.position, j.attempt, j.claimed_at, j.queue, j.handler, j.steps_left, j.operation_slot
           from jobs j
          where j.operation_id = i.operation_id and j.worker_id = v_worker_id and j.claim_id = i.claim_id
            for update skip locked
       ) as j
    ),
    completed as (
      update actions a
         set started_at = h.claimed_at, completed_at = v_now, completed_claim_id = h.claim_id, attempts_count = h.attempt,
             errored_at = null, error_type = null, error_message = null, stack_trace = null
        from held h
       where h.target is null and a.operation_id = any (array[h.operation_id]) and a.position = h.position
      returning h.*, a.branch, a.name
    ),
    done as (
      select * from completed
      union all
      select h.*, a.branch, a.name
        from held h
       cross join lateral (
         select a.branch, a.name
           from actions a
          where a.operation_id = h.operation_id and a.position = h.position and a.completed_claim_id = h.claim_id
         offset 0
       ) as a
       where h.target is not null
    ),
    following as materialized (
      select d.operation_id, d.claim_id, d.patch, o.globals, d.known_version, o.version, n.position as next_position, n.run, n.earlier_attempts, n.max_attempts, n.timeout, n.branch, n.name,
             n.queue, n.operation_slot, n.handler, n.due,
             case
               when n.position is null then null
               when d.steps_left <= 1 then 'StepLimit'
               when n.due = 'infinity' then 'InvalidPerformAt'
             end as problem,
             -- Given, it is this worker's next claim; else the operation goes on elsewhere, later, or not at all.
             case
               when p_continue and d.steps_left > 1 and n.due <= v_now and n.queue = d.queue and n.handler = any (v_handlers)
                 and n.queue <> all (v_paused)
                 then next_claim_id()
             end as next_claim_id
        from done d
       cross join lateral (
         select o.queue, case when d.patch is null then o.globals else patched(o.globals, d.patch) end as globals,
                -- Nobody has seen the version that a patch makes below.
                case when d.patch is null then settled_version(o.xmin) end as version
           from operations o
          where o.id = d.operation_id
         offset 0
       ) as o
        left join lateral (
          select n.position, n.run, n.earlier_attempts, n.max_attempts, n.timeout, n.branch, n.name,
                 job_queue(n.wait, n.limits, d.operation_slot, null, null, n.queue, o.queue) as queue,
                 kept_slot(d.operation_slot, n.wait, n.limits) as operation_slot,
                 left(d.handler, length(d.handler) - length(d.name)) || n.name as handler,
                 case
                   when n.perform_at is null and n.perform_in is null and n.perform_at_global is null then v_now
                   else due_at(n.perform_at, n.perform_in, n.perform_at_global, o.globals, v_now)
                 end as due
            from actions n
           where n.operation_id = d.operation_id
             and n.position = case
               when d.target is not null then d.target
               when d.branch = 'main' then d.position + 1
               else position_after(d.operation_id, d.branch, d.position)
             end
             and (n.branch = 'main' or d.branch <> 'main' or d.target is not null)
          offset 0
        ) as n on true
    ),
    changed as (
      update operations o
         set globals = case when f.patch is null then o.globals else patched(o.globals, f.patch) end,
             state = case when f.next_position is null then 'completed' else o.state end,
             ended_at = case when f.next_position is null then v_now end
        from following f
       where o.id = any (array[f.operation_id]) and f.problem is null and (f.patch is not null or f.next_position is null)
    ),
    ended as (
      delete from jobs j
       using following f
       where j.operation_id = any (array[f.operation_id]) and f.next_position is null
    ),
    moved as (
      update jobs j
         set position = f.next_position,
             handler = f.handler,
             steps_left = j.steps_left - 1,
             crashes = 0,
             progress = null,
             progress_note = null,
             attempt = case when f.next_claim_id is null then 0 else 1 end,
             worker_id = case when f.next_claim_id is not null then p_worker_id end,
             claim_id = f.next_claim_id,
             claimed_at = case when f.next_claim_id is not null then v_now end,
             queue = f.queue,
             operation_slot = f.operation_slot,
             action_slot = null,
             queue_slot = case when f.next_claim_id is not null then j.queue_slot end,
             paced_at = null,
             run_at = case when f.next_claim_id is null then f.due else j.run_at end
        from following f
       where j.operation_id = any (array[f.operation_id]) and f.problem is null and f.next_position is not null
    )
    select f.operation_id, f.claim_id,
           case
             when f.next_position is null then 'completed'
             when f.problem is not null then 'failed'
             when f.next_claim_id is not null then 'advanced'
             else 'queued'
           end as outcome,
           f.next_claim_id, f.next_position, f.run, f.earlier_attempts + f.max_attempts, (extract(epoch from f.timeout) * 1000)::bigint,
           f.branch, f.name,
           -- Large globals cost more than all the rest, and the worker has them already unless they have changed.
           case when f.next_claim_id is not null and (f.version = f.known_version) is not true then f.globals end,
           case when f.next_claim_id is not null then f.version end,
           f.earlier_attempts + 1,
           f.problem,
           case when f.problem is not null then f.patch end,
           case when f.next_claim_id is null and f.problem is null and f.due <= v_now then f.queue end
      from following f
    union all
    -- The rest is told why.
    select i.operation_id, i.claim_id,
           case m.reason when 'busy' then case when i.claim_id = any (v_invalid) then 'invalid' else 'busy' end else m.reason end,
           null, null, null, null, null, null, null, null, null, null, null, null, null
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     cross join lateral (select missed_claim(p_worker_id, i.operation_id, i.claim_id) as reason offset 0) as m
     where i.claim_id not in (select claim_id from following)
  loop
    -- 3. The statement has left an operation whose next action cannot start as it was.
    if v_problem is not null then
      perform refuse_next(operation_id, "position", v_patch, v_problem);
    end if;
    if v_due_queue = '/waits' then
      perform settle_wait(operation_id);
    elsif v_due_queue is not null then
      v_due_queues := v_due_queues || v_due_queue;
    end if;
    return next;
  end loop;

  -- 4. Jobs that are due, and not this worker's, are somebody else's to claim.
  if v_due_queues is not null then
    perform wake(queue, count(*)) from unnest(v_due_queues) as queue group by queue;
  end if;
end
$$;
comment on function complete_many(bigint, bigint[], bigint[], jsonb[], integer[], boolean, bigint[]) is
  'Completes the actions of a batch of claims, in one transaction: each with a patch of the globals ({"set": {…}, "unset": [keys]}) or null, and '
  'the position that it jumped to or null. outcome: advanced (the next action is this worker''s already, under next_claim_id), queued (it goes on '
  'later or elsewhere), completed or failed (the operation), invalid (of several, one that cannot be done: a patch that is none, or makes the globals too '
  'large or too deep, or a position that is not there; its job is still held, complete alone says why, and fail ends the attempt), done, stale, busy (see missed_claim). Globals come with the next action, but not where p_globals_versions gives the '
  'version that they still have.';
