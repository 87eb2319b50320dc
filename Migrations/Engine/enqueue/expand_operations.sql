-- A few statements whatever the number of rows. Plans are read once per statement and not once per row: looking a plan up for each
-- of 1,000 operations took a fifth of the time of enqueueing them. For one row alone that is too much of a plan to set up: an
-- operation whose name is registered is enqueued by a few small statements instead, in two thirds of the time.
--
-- Locks: the new operations, which no one else sees yet; then it wakes workers, as wake says.
create or replace function expand_operations() returns trigger
  language plpgsql security definer
  set search_path from current
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_id bigint;
  v_name text;
  v_queue text;
  v_priority smallint;
  v_perform_at timestamptz;
  v_step_limit integer;
  v_globals jsonb;
  v_is_plain boolean;
  v_definition_id bigint;
  v_run_at timestamptz;
  v_count bigint;
  v_named bigint;
  v_own bigint;
  v_keyed bigint;
  v_expanded bigint;
  v_at_waits bigint[];
  v_limits jsonb[];
begin
  -- What a dump brings back has its job already, because pg_dump writes tables in the order of their names. It says so by a setting
  -- that no other program touches. pg_restore may be told of another order, and then the jobs and actions of the dump would follow.
  if not current_setting('check_function_bodies')::boolean then
    perform from enqueued o where o.state = 'active' and not exists (select from jobs where operation_id = o.id);
    if not found then
      return null;
    end if;
    if current_setting('application_name') = 'pg_restore' then
      raise exception using errcode = 'OP003', message = 'operations are being restored before their jobs, and would be started from the beginning',
        hint = 'Restore with --disable-triggers, or in the order of the dump (without --jobs and --use-list).';
    end if;
  end if;

  -- 0. One operation with a registered plan. "Order by" keeps the planner from bitmaps, which take longer to set up.
  select id, name, queue, priority, perform_at, step_limit, globals, branches is null and state = 'active'
    into v_id, v_name, v_queue, v_priority, v_perform_at, v_step_limit, v_globals, v_is_plain
    from enqueued limit 1;
  if v_is_plain then
    perform from enqueued offset 1;
    if not found then
      select id into v_definition_id from definitions where name = v_name and current;
    end if;
  end if;
  if v_definition_id is not null then
    insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, wait, limits)
      select v_id, a.position, a.branch, a.name, a.perform_at, a.perform_in, a.perform_at_global, a.max_attempts, a.backoff, a.timeout, a.queue, a.wait, a.limits
        from definition_actions a
       where a.definition_id = v_definition_id
       order by a.position;
    insert into jobs (operation_id, run_at, waits_since, waits_for, definition_id, position, steps_left, priority, queue, handler)
      select v_id,
             case
               when a.wait is not null then coalesce(wait_end(a.wait, greatest(v_perform_at, v_now), v_now), v_perform_at)
               when a.perform_at is null and a.perform_in is null and a.perform_at_global is null then v_perform_at
               else first_due_at(v_perform_at, a.perform_at, a.perform_in, a.perform_at_global, v_globals, v_now)
             end,
             case when wait_end(a.wait, greatest(v_perform_at, v_now), v_now) is not null then v_now end, wait_kind(a.wait),
             v_definition_id, a.position, v_step_limit, v_priority, job_queue(a.wait, a.limits, null, null, null, a.queue, v_queue), v_name || '/' || a.name
        from definition_actions a
       where a.definition_id = v_definition_id and a.starts
       order by a.position
      returning queue, run_at into v_queue, v_run_at;
    if v_queue = '/waits' then
      -- One that takes another's place has the signals that were kept for that.
      if v_run_at <= v_now or exists (select from signals where operation_id = v_id) then
        perform settle_wait(v_id);
      end if;
    elsif v_run_at <= v_now then
      perform from workers where sleeping limit 1;
      if found then
        perform wake(v_queue, 1);
      end if;
    end if;
    return null;
  end if;

  select count(*), count(*) filter (where branches is null and state = 'active'), count(branches) filter (where state = 'active'), count(active_key)
    into v_count, v_named, v_own, v_keyed
    from enqueued;

  -- 1. Plans that are registered. Where one of them begins with a time from the globals, a first look finds the operation that has none.
  if v_named > 0 then
    if v_count > 1 and exists (
      select from definitions d
        join definition_actions a on a.definition_id = d.id and a.starts and a.perform_at_global is not null
       where d.current and d.name in (select name from enqueued where branches is null and state = 'active')
    ) then
      perform first_due_at(
                o.perform_at, a.perform_at, a.perform_in, a.perform_at_global, o.globals, v_now,
                place_in_batch(o.number, v_count, o.name, o.key)
              )
         from (select *, row_number() over () as number from enqueued) as o
         join definitions d on d.name = o.name and d.current
         join definition_actions a on a.definition_id = d.id and a.starts and a.perform_at_global is not null
        where o.branches is null and o.state = 'active';
    end if;
    with plan as materialized (
      select d.name as operation, a.*
        from definitions d
        join definition_actions a on a.definition_id = d.id
       where d.current and d.name in (select name from enqueued where branches is null and state = 'active')
    ),
    planned as (
      insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, wait, limits)
        select o.id, a.position, a.branch, a.name, a.perform_at, a.perform_in, a.perform_at_global, a.max_attempts, a.backoff, a.timeout, a.queue, a.wait, a.limits
          from enqueued o
          join plan a on a.operation = o.name
         where o.branches is null and o.state = 'active'
    ),
    queued as (
      insert into jobs (operation_id, run_at, waits_since, waits_for, definition_id, position, steps_left, priority, queue, handler)
        select o.id,
               case
                 when a.wait is not null then coalesce(wait_end(a.wait, greatest(o.perform_at, v_now), v_now), o.perform_at)
                 when a.perform_at is null and a.perform_in is null and a.perform_at_global is null then o.perform_at
                 else first_due_at(o.perform_at, a.perform_at, a.perform_in, a.perform_at_global, o.globals, v_now)
               end,
               case when wait_end(a.wait, greatest(o.perform_at, v_now), v_now) is not null then v_now end, wait_kind(a.wait),
               a.definition_id, a.position, o.step_limit, o.priority, job_queue(a.wait, a.limits, null, null, null, a.queue, o.queue), o.name || '/' || a.name
          from enqueued o
          join plan a on a.operation = o.name
         where a.starts and o.branches is null and o.state = 'active'
        returning operation_id, queue, run_at
    )
    select count(*), array_agg(operation_id) filter (where queue = '/waits' and run_at <= v_now) into v_expanded, v_at_waits from queued;

    -- 2. Names that nobody has registered yet wait for somebody who does.
    if v_expanded < v_named then
      insert into jobs (operation_id, run_at, steps_left, priority, queue, handler)
        select o.id, 'infinity', o.step_limit, o.priority, o.queue, o.name || '/'
          from enqueued o
         where o.branches is null and o.state = 'active' and not exists (select from jobs where operation_id = o.id);
      update operations set parked_at = v_now
        from enqueued o
       where operations.id = o.id and exists (select from jobs where operation_id = o.id and position is null);
    end if;
  end if;

  -- 3. Plans that came along, each text read once.
  if v_own > 0 then
    with numbered as materialized (
      select e.id, e.name, e.key, e.state, e.branches::text as branches, row_number() over () as number from enqueued e
    ),
    given as materialized (
      select branches, min(number) as number from numbered where branches is not null and state = 'active' group by branches
    ),
    plan as materialized (
      select g.branches as given, a.*
        from given g
        join numbered n using (number)
       cross join lateral plan_rows(g.branches::json, place_in_batch(n.number, v_count, n.name, n.key)) as a
    ),
    planned as (
      insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, wait, limits)
        select o.id, a.position, a.branch, a.name, a.perform_at, a.perform_in, a.perform_at_global, a.max_attempts, a.backoff, a.timeout, a.queue, a.wait, a.limits
          from enqueued o
          join plan a on a.given = o.branches::text
         where o.state = 'active'
        returning limits
    ),
    queued as (
      insert into jobs (operation_id, run_at, waits_since, waits_for, position, steps_left, priority, queue, handler)
        select o.id,
               case
                 when a.wait is not null then coalesce(wait_end(a.wait, greatest(o.perform_at, v_now), v_now), o.perform_at)
                 when a.perform_at is null and a.perform_in is null and a.perform_at_global is null then o.perform_at
                 else first_due_at(
                   o.perform_at, a.perform_at, a.perform_in, a.perform_at_global, o.globals, v_now, place_in_batch(n.number, v_count, n.name, n.key)
                 )
               end,
               case when wait_end(a.wait, greatest(o.perform_at, v_now), v_now) is not null then v_now end, wait_kind(a.wait),
               a.position, o.step_limit, o.priority, job_queue(a.wait, a.limits, null, null, null, a.queue, o.queue), '/' || a.name
          from enqueued o
          join numbered n on n.id = o.id
          join plan a on a.given = n.branches
         where a.starts and o.state = 'active'
        returning operation_id, queue, run_at
    )
    select v_at_waits || array_agg(operation_id) filter (where queue = '/waits' and run_at <= v_now),
           (select array_agg(distinct limits) from planned where limits is not null)
      into v_at_waits, v_limits
      from queued;
    perform declare_limits(v_limits, false);
  end if;

  -- 4. Waits that come first and are over at once, or end at a time from the globals.
  perform settle_wait(id) from unnest(v_at_waits) as id;
  if v_keyed > 0 then
    perform settle_wait(o.id) from enqueued o where o.active_key is not null and exists (select from signals s where s.operation_id = o.id);
  end if;
  if exists (select from workers where sleeping) then
    perform wake(due.queue, due.jobs)
       from (
         select j.queue, count(*) as jobs
           from enqueued o
           join jobs j on j.operation_id = o.id
          where j.run_at <= v_now and j.queue <> '/waits'
          group by j.queue
       ) as due;
  end if;
  return null;
end
$$;
comment on function expand_operations() is
  'What an INSERT into operations sets off: copies the plan, creates the job, parks unknown names, wakes workers. '
  'Operations that pg_restore or the script of pg_dump brings back, after their jobs, are left as they are. '
  'Runs with the rights of the schema''s owner, so that INSERT on operations is all that an enqueuer needs.';
