-- Enqueue: what an INSERT into operations sets off, and functions that do the INSERT.

create function worker_channel(p_worker_id bigint) returns text
  language sql stable
  return current_schema() || '_w_' || p_worker_id;
comment on function worker_channel(bigint) is
  'The channel that a worker listens on. With a schema''s name of 40 characters and a worker''s id of 19 digits it has 62, and 63 is PostgreSQL''s limit.';

-- Reads: workers and queues. A NOTIFY takes a lock at commit that all of the server's notifying transactions share, so it is sent only
-- where somebody sleeps, and to no more workers than there are jobs.
create function wake(p_queue text, p_jobs bigint, p_reason text default 'work') returns void
  language plpgsql
  set search_path from current
as $$
begin
  perform pg_notify(worker_channel(id), p_reason)
     from (
       select id
         from workers
        where sleeping and p_queue = any (queues)
          and not exists (select from paused_queues where name = p_queue)
        order by random() limit least(p_jobs, 16)
     ) as sleeper;
end
$$;
comment on function wake(text, bigint, text) is
  'Wakes sleeping workers of a queue, at most one per job, unless it is paused. The reason is work, or suspects for jobs whose worker died.';

-- Locks: the jobs of parked operations in operation_id order, skipping those that somebody else works on, because the next look
-- finds them again; then each one's operation.
create function unpark(p_name text) returns integer
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_count integer := 0;
  v_definition_id bigint;
  v_id bigint;
  v_parked operations;
begin
  select id into v_definition_id from definitions where name = p_name and current;
  if not found then
    return 0;
  end if;
  for v_id in
    select j.operation_id
      from operations o
      join jobs j on j.operation_id = o.id
     where o.name = p_name and o.parked_at is not null and j.position is null
     order by j.operation_id
       for update of j skip locked
  loop
    -- Whoever cancels it must have the job first, so it is still parked; its globals may have changed since it was found.
    update operations set parked_at = null where id = v_id returning * into v_parked;
    insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue)
      select v_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue
        from definition_actions
       where definition_id = v_definition_id;
    update jobs
       set definition_id = v_definition_id,
           position = a.position,
           handler = v_parked.name || '/' || a.name,
           queue = coalesce(a.queue, v_parked.queue),
           run_at = greatest(v_parked.perform_at, due_at(a.perform_at, a.perform_in, a.perform_at_global, v_parked.globals, v_now))
      from definition_actions a
     where jobs.operation_id = v_id and a.definition_id = v_definition_id and a.starts;
    if exists (select from jobs where operation_id = v_id and run_at = 'infinity') then
      perform refuse_action(v_id, 'InvalidPerformAt', problem_message('InvalidPerformAt'));
    end if;
    perform wake(queue, 1) from jobs where operation_id = v_id and run_at <= v_now;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function unpark(text) is 'Starts the operations that were enqueued before anybody had registered their name; returns how many.';

create function first_due_at(
  p_operation timestamptz, p_perform_at timestamptz, p_perform_in interval, p_perform_at_global text, p_globals jsonb, p_now timestamptz,
  p_place text default ''
) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
declare
  v_time timestamptz := greatest(p_operation, due_at(p_perform_at, p_perform_in, p_perform_at_global, p_globals, p_now));
begin
  if v_time = 'infinity' then
    raise exception using errcode = 'OP007',
      message = p_place || format('the global "%s", which holds the time of the first action, is not a time', p_perform_at_global),
      hint = 'Write it as text in ISO 8601, such as "2027-01-01T08:00:00Z"; without an offset it is in UTC.';
  end if;
  return v_time;
end
$$;
comment on function first_due_at(timestamptz, timestamptz, interval, text, jsonb, timestamptz, text) is
  'When an operation may start whose first action has a time of its own; refuses a global that is not a time (SQLSTATE OP007), and begins the '
  'message with p_place.';

create function place_in_batch(p_number bigint, p_count bigint, p_name text, p_key text) returns text
  language sql immutable
  return case when p_count > 1 then format('operation %s of %s ("%s"%s): ', p_number, p_count, p_name, ', key "' || p_key || '"') else '' end;
comment on function place_in_batch(bigint, bigint, text, text) is
  'How a message that refuses one of many operations begins; empty where there is only one.';

-- A few statements whatever the number of rows. Plans are read once per statement and not once per row: looking a plan up for each
-- of 1,000 operations took a fifth of the time of enqueueing them. For one row alone that is too much of a plan to set up: an
-- operation whose name is registered is enqueued by a few small statements instead, in two thirds of the time.
create function expand_operations() returns trigger
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
  v_expanded bigint;
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
    insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue)
      select v_id, a.position, a.branch, a.name, a.perform_at, a.perform_in, a.perform_at_global, a.max_attempts, a.backoff, a.timeout, a.queue
        from definition_actions a
       where a.definition_id = v_definition_id
       order by a.position;
    insert into jobs (operation_id, run_at, definition_id, position, steps_left, priority, queue, handler)
      select v_id,
             case
               when a.perform_at is null and a.perform_in is null and a.perform_at_global is null then v_perform_at
               else first_due_at(v_perform_at, a.perform_at, a.perform_in, a.perform_at_global, v_globals, v_now)
             end,
             v_definition_id, a.position, v_step_limit, v_priority, coalesce(a.queue, v_queue), v_name || '/' || a.name
        from definition_actions a
       where a.definition_id = v_definition_id and a.starts
       order by a.position
      returning queue, run_at into v_queue, v_run_at;
    if v_run_at <= v_now then
      perform from workers where sleeping limit 1;
      if found then
        perform wake(v_queue, 1);
      end if;
    end if;
    return null;
  end if;

  select count(*), count(*) filter (where branches is null and state = 'active'), count(branches) filter (where state = 'active')
    into v_count, v_named, v_own
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
      insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue)
        select o.id, a.position, a.branch, a.name, a.perform_at, a.perform_in, a.perform_at_global, a.max_attempts, a.backoff, a.timeout, a.queue
          from enqueued o
          join plan a on a.operation = o.name
         where o.branches is null and o.state = 'active'
    )
    insert into jobs (operation_id, run_at, definition_id, position, steps_left, priority, queue, handler)
      select o.id,
             case
               when a.perform_at is null and a.perform_in is null and a.perform_at_global is null then o.perform_at
               else first_due_at(o.perform_at, a.perform_at, a.perform_in, a.perform_at_global, o.globals, v_now)
             end,
             a.definition_id, a.position, o.step_limit, o.priority, coalesce(a.queue, o.queue), o.name || '/' || a.name
        from enqueued o
        join plan a on a.operation = o.name
       where a.starts and o.branches is null and o.state = 'active';
    get diagnostics v_expanded = row_count;

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
      insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue)
        select o.id, a.position, a.branch, a.name, a.perform_at, a.perform_in, a.perform_at_global, a.max_attempts, a.backoff, a.timeout, a.queue
          from enqueued o
          join plan a on a.given = o.branches::text
         where o.state = 'active'
    )
    insert into jobs (operation_id, run_at, position, steps_left, priority, queue, handler)
      select o.id,
             case
               when a.perform_at is null and a.perform_in is null and a.perform_at_global is null then o.perform_at
               else first_due_at(
                 o.perform_at, a.perform_at, a.perform_in, a.perform_at_global, o.globals, v_now, place_in_batch(n.number, v_count, n.name, n.key)
               )
             end,
             a.position, o.step_limit, o.priority, coalesce(a.queue, o.queue), '/' || a.name
        from enqueued o
        join numbered n on n.id = o.id
        join plan a on a.given = n.branches
       where a.starts and o.state = 'active';
  end if;

  if exists (select from workers where sleeping) then
    perform wake(due.queue, due.jobs)
       from (
         select j.queue, count(*) as jobs
           from enqueued o
           join jobs j on j.operation_id = o.id
          where j.run_at <= v_now
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

create trigger operations_expand
  after insert on operations
  referencing new table as enqueued
  for each statement execute function expand_operations();
comment on trigger operations_expand on operations is 'Makes a plain INSERT enough.';

-- Locks: the jobs of the operations, whose rows the DELETE holds already. That is the other way round than everybody else, so it never
-- waits for a job: it passes over those that are locked, and looks again for a second.
create function take_along_deleted() returns trigger
  language plpgsql security definer
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
as $$
declare
  v_ids bigint[] := array(select id from deleted order by id);
  v_busy bigint;
  v_tries integer := 0;
begin
  loop
    select operation_id into v_busy from jobs where operation_id = any (v_ids) order by operation_id limit 1;
    exit when not found;
    if v_tries > 100 then
      raise exception using errcode = 'lock_not_available', message = format('operation %s is being written at this moment', v_busy),
        hint = format('Delete it again, or call cancel(%s) first.', v_busy);
    end if;
    if v_tries > 0 then
      perform pg_sleep(0.01);
    end if;
    v_tries := v_tries + 1;
    with free as materialized (
      select operation_id from jobs where operation_id = any (v_ids) order by operation_id for update skip locked
    ),
    gone as (
      delete from jobs j using free f where j.operation_id = any (array[f.operation_id]) returning j.worker_id, j.claim_id
    )
    select count(pg_notify(worker_channel(worker_id), 'lost ' || claim_id)) into v_busy from gone where worker_id is not null;
  end loop;
  delete from attempts where operation_id = any (v_ids);
  delete from attempt_logs where operation_id = any (v_ids);
  delete from actions where operation_id = any (v_ids);
  return null;
end
$$;
comment on function take_along_deleted() is
  'What a DELETE from operations sets off: their jobs, actions, attempts and log lines go with them. A worker that runs one of them is told to stop, '
  'and its outcome is refused.';

create trigger operations_take_along
  after delete on operations
  referencing old table as deleted
  for each statement execute function take_along_deleted();
comment on trigger operations_take_along on operations is 'Leaves nothing of an operation that is deleted.';

-- Locks: all of these tables, exclusively. A worker that writes at the same moment may end up in a deadlock with it, and then one of them tries again.
create function take_along_truncated() returns trigger
  language plpgsql security definer
  set search_path from current
as $$
declare
  v_table text;
  v_is_empty boolean;
begin
  perform pg_notify(worker_channel(worker_id), 'lost ' || claim_id) from jobs where worker_id is not null;
  -- A table that the same TRUNCATE names cannot be truncated again, and is empty already.
  foreach v_table in array '{jobs,actions,attempts,attempt_logs}'::text[] loop
    execute format('select not exists (select from %I)', v_table) into v_is_empty;
    if not v_is_empty then
      execute format('truncate %I', v_table);
    end if;
  end loop;
  return null;
end
$$;
comment on function take_along_truncated() is 'What TRUNCATE operations sets off: jobs, actions, attempts and log lines go, too.';

create trigger operations_take_along_all
  after truncate on operations
  for each statement execute function take_along_truncated();
comment on trigger operations_take_along_all on operations is 'Leaves nothing of operations that are truncated.';

-- A commit that waits for a synchronous standby can be made to wait no longer: its caller is told that the outcome is not known, but
-- everybody on this server sees the row. A caller that then asks again under the same key only reads, and a transaction that only
-- read waits for nobody: it would be told of an operation that is lost if the standby takes over. So it writes, too.
create function await_standby() returns void
  language sql
  set search_path from current
as $$
  select pg_logical_emit_message(true, 'backops', '') where current_setting('synchronous_standby_names') <> '';
$$;
comment on function await_standby() is
  'Makes the commit of this transaction wait for the synchronous standby, if there is one, although nothing else was written.';

-- The names of globals are told, and of secret ones not even that: who enqueues need not see what others did.
create function note_other_globals(p_id bigint, p_globals jsonb) returns void
  language plpgsql stable
  set search_path from current
as $$
declare
  v_keys text;
begin
  select string_agg(format('"%s"', g.key), ', ' order by g.key) into v_keys
    from (select o.globals, redacted(o.name, o.globals) as shown from operations o where o.id = p_id) as o
   cross join jsonb_each(p_globals) as g
   where o.shown -> g.key is distinct from g.value and o.shown -> g.key is not distinct from o.globals -> g.key;
  if v_keys is not null then
    -- Who may not read globals must not learn by trying which of a guess is right.
    if not has_table_privilege(caller(), 'operation_status', 'select') then
      v_keys := 'some global';
    end if;
    raise notice using message = format('operation %s has this key already, with another value of %s: nothing was enqueued', p_id, v_keys),
      hint = 'Another operation needs another key.';
  end if;
end
$$;
comment on function note_other_globals(bigint, jsonb) is
  'Tells who enqueues under a key that is taken that the operation has other globals, as they are now, than those that were given.';

-- Locks: nothing; two callers with the same key meet at the unique index, where the later one waits for the earlier one's commit.
create function enqueue(
  name        text,
  globals     jsonb       default '{}',
  key         text        default null,
  queue       text        default 'default',
  priority    integer     default 5,
  perform_at  timestamptz default null,
  perform_in  interval    default null,
  tags        text[]      default '{}',
  branches    json        default null,
  step_limit  integer     default 10000,
  traceparent text        default null
) returns bigint
  language plpgsql security definer
  set search_path from current
as $$
#variable_conflict use_column
declare
  v_id bigint;
  v_perform_at timestamptz;
  v_traceparent text;
begin
  -- A key that is taken already is looked up first: an INSERT that ends in a conflict would burn an id.
  if enqueue.key is not null then
    select o.id into v_id from operations o where o.name = enqueue.name and o.key = enqueue.key;
    if found then
      perform await_standby(), note_other_globals(v_id, enqueue.globals);
      return v_id;
    end if;
  end if;
  v_perform_at := coalesce(enqueue.perform_at, clock_now());
  if enqueue.perform_in is not null then
    v_perform_at := v_perform_at + elapsed(enqueue.perform_in);
  end if;
  v_traceparent := coalesce(enqueue.traceparent, nullif(current_setting('backops.traceparent', true), ''));
  if enqueue.key is null then
    -- "On conflict" costs something even where there can be none.
    insert into operations (name, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals)
      values (enqueue.name, enqueue.queue, enqueue.priority, v_perform_at, enqueue.step_limit, v_traceparent, enqueue.tags, enqueue.branches,
              enqueue.globals)
      returning id into v_id;
    return v_id;
  end if;
  insert into operations (name, key, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals)
    values (enqueue.name, enqueue.key, enqueue.queue, enqueue.priority, v_perform_at, enqueue.step_limit, v_traceparent, enqueue.tags,
            enqueue.branches, enqueue.globals)
    on conflict (name, key) where key is not null do nothing
    returning id into v_id;
  if v_id is null then
    select o.id into strict v_id from operations o where o.name = enqueue.name and o.key = enqueue.key;
    perform await_standby(), note_other_globals(v_id, enqueue.globals);
  end if;
  return v_id;
end
$$;
comment on function enqueue(text, jsonb, text, text, integer, timestamptz, interval, text[], json, integer, text) is
  'Enqueues one operation and returns its id; where the key is taken, returns the id that has it and changes nothing. '
  'SELECT backops.enqueue(''Fulfilment'', ''{"subscription_id": 42}'', key => ''fulfil-42'')';

create function check_documents(p_name text, p_globals jsonb[], p_keys text[], p_times timestamptz[], p_branches json) returns void
  language plpgsql stable
  set search_path from current
as $$
declare
  v_time_global text;
  v record;
begin
  if p_branches is not null then
    select perform_at_global into v_time_global from plan_rows(p_branches) where starts;
  else
    select a.perform_at_global into v_time_global
      from definitions d
      join definition_actions a on a.definition_id = d.id and a.starts
     where d.name = p_name and d.current;
  end if;
  -- What the columns refuse is refused here first, because PostgreSQL does not say which of many rows it was.
  select i.n, i.key, case
           when i.document is null then 'has no globals: null is no document'
           when jsonb_typeof(i.document) <> 'object' then format('has globals that are not a JSON object but of type %s', jsonb_typeof(i.document))
           when pg_column_size(i.document) > 1048576 then format('has globals of %s bytes, more than 1 MiB', pg_column_size(i.document))
           when i.key = '' then 'has an empty key'
           when length(i.key) > 500 or octet_length(i.key) > 1500 then
             format('has a key of %s characters (%s bytes): at most 500, and 1500 bytes', length(i.key), octet_length(i.key))
           when not isfinite(i.at) then format('has the time %s, which cannot be waited for', i.at)
           else format('has no time in the global "%s", which holds that of its first action', v_time_global)
         end as problem
    into v
    from unnest(p_globals, p_keys, p_times) with ordinality as i (document, key, at, n)
   where jsonb_typeof(i.document) is distinct from 'object'
      or pg_column_size(i.document) > 1048576
      or i.key = ''
      or octet_length(i.key) > 500 and (length(i.key) > 500 or octet_length(i.key) > 1500)
      or not isfinite(i.at)
      or v_time_global is not null and due_at(null, null, v_time_global, i.document, '-infinity') = 'infinity'
   order by i.n
   limit 1;
  if found then
    raise exception using errcode = 'OP004',
      message = format('operation %s of %s%s %s', v.n, cardinality(p_globals), ' (key "' || left(nullif(v.key, ''), 100) || '")', v.problem),
      hint = 'None of them was enqueued. Correct it, or leave it out, and call again.';
  end if;
end
$$;
comment on function check_documents(text, jsonb[], text[], timestamptz[], json) is
  'Refuses what enqueue_many cannot enqueue, and says which of the documents it is (SQLSTATE OP004).';

-- Locks: as enqueue. Keys are inserted in their order, so that two batches with the same keys cannot deadlock.
create function enqueue_many(
  name        text,
  globals     jsonb[],
  keys        text[]      default null,
  queue       text        default 'default',
  priority    integer     default 5,
  perform_at  timestamptz default null,
  perform_in  interval    default null,
  tags        text[]      default '{}',
  branches    json        default null,
  step_limit  integer     default 10000,
  traceparent text        default null,
  times       timestamptz[] default null
) returns table (id bigint, created boolean)
  language plpgsql security definer
  set search_path from current
  set jit = off
as $$
#variable_conflict use_column
declare
  v_delay interval := coalesce(elapsed(enqueue_many.perform_in), interval '0');
  v_perform_at timestamptz := coalesce(enqueue_many.perform_at, clock_now()) + v_delay;
  v_traceparent text := coalesce(enqueue_many.traceparent, nullif(current_setting('backops.traceparent', true), ''));
  v_ids bigint[];
  v_numbers bigint[];
  v_keys text[];
begin
  if cardinality(keys) <> cardinality(enqueue_many.globals) then
    raise exception using errcode = 'OP004',
      message = format('%s keys were given for %s documents', cardinality(keys), cardinality(enqueue_many.globals)),
      hint = 'Give one key per document (null for none), or no keys at all.';
  end if;
  if cardinality(times) <> cardinality(enqueue_many.globals) then
    raise exception using errcode = 'OP004',
      message = format('%s times were given for %s documents', cardinality(times), cardinality(enqueue_many.globals)),
      hint = 'Give one time per document (null for perform_at), or no times at all.';
  end if;
  perform check_documents(enqueue_many.name, enqueue_many.globals, keys, times, enqueue_many.branches);

  if keys is null then
    -- Ids are drawn beforehand, so that they come back in the order of the documents.
    select array_agg(nextval('operations_id_seq')) into v_ids from generate_series(1, cardinality(enqueue_many.globals));
    insert into operations (id, name, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals)
      select i.id, enqueue_many.name, enqueue_many.queue, enqueue_many.priority, coalesce(i.at + v_delay, v_perform_at), enqueue_many.step_limit,
             v_traceparent, enqueue_many.tags, enqueue_many.branches, i.document
        from unnest(v_ids, enqueue_many.globals, times) as i (id, document, at);
    return query select i, true from unnest(v_ids) as i;
    return;
  end if;

  with input as materialized (
    select n, document, key, at from unnest(enqueue_many.globals, keys, times) with ordinality as i (document, key, at, n)
  ),
  -- Ids are drawn in the order of the documents, and none for a key that is known to be taken.
  fresh as materialized (
    select n, document, key, at, nextval('operations_id_seq') as id
      from (
        select n, document, key, at
          from (
            -- Of several documents with the same key the first one counts.
            select distinct on (key) n, document, key, at from input where key is not null order by key, n
          ) as i
         where not exists (select from operations o where o.name = enqueue_many.name and o.key = i.key)
        union all
        select n, document, key, at from input where key is null
         order by n
      ) as i
  ),
  inserted as (
    insert into operations (id, name, key, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals)
      select i.id, enqueue_many.name, i.key, enqueue_many.queue, enqueue_many.priority, coalesce(i.at + v_delay, v_perform_at),
             enqueue_many.step_limit,
             v_traceparent, enqueue_many.tags, enqueue_many.branches, i.document
        from fresh as i
       order by i.key
      on conflict (name, key) where key is not null do nothing
      returning id
  )
  select array_agg(i.id order by i.n), array_agg(i.n order by i.n), array_agg(i.key order by i.n)
    into v_ids, v_numbers, v_keys
    from fresh as i
    join inserted using (id);
  if cardinality(v_ids) = cardinality(keys) then
    return query select i, true from unnest(v_ids) as i;
    return;
  end if;
  perform await_standby();

  -- Only keys that were not inserted are looked up; one whose operation went away in between is enqueued alone.
  return query
    select coalesce(own.id, twin.id, o.id,
                    enqueue(enqueue_many.name, i.document, i.key, enqueue_many.queue, enqueue_many.priority,
                            coalesce(i.at + v_delay, v_perform_at), null,
                            enqueue_many.tags, enqueue_many.branches, enqueue_many.step_limit, v_traceparent)),
           own.id is not null or (twin.id is null and o.id is null)
      from unnest(enqueue_many.globals, keys, times) with ordinality as i (document, key, at, n)
      left join unnest(v_ids, v_numbers) as own (id, n) on own.n = i.n
      left join unnest(v_ids, v_keys) as twin (id, key) on twin.key = i.key
      left join operations o on twin.id is null and o.name = enqueue_many.name and o.key = i.key
     order by i.n;
end
$$;
comment on function enqueue_many(text, jsonb[], text[], text, integer, timestamptz, interval, text[], json, integer, text, timestamptz[]) is
  'Enqueues one operation per document, in one statement. Returns (id, created) in the order of the documents; where a key is taken, '
  'the id that has it and created = false. times, where given, is each one''s own perform_at.';

-- They run with their owner's rights, so that an enqueuer need not read operations; not everybody who may look shall enqueue.
revoke execute on function
  enqueue(text, jsonb, text, text, integer, timestamptz, interval, text[], json, integer, text),
  enqueue_many(text, jsonb[], text[], text, integer, timestamptz, interval, text[], json, integer, text, timestamptz[])
  from public;
