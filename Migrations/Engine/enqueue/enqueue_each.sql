-- Plans are generic, because callers come in numbers that are never the same: planned for each call, one of two operations took a fifth more. And
-- they read operations by their index, however few there were when the plan was made.
--
-- A key that another open transaction has just taken is waited for. Callers that share a statement must not wait for each other's keys: it is
-- given up after lock_timeout, and each of them then enqueues alone.
--
-- Locks: as enqueue. Keys are inserted in the order of names and keys, so that two calls with the same keys cannot deadlock.
create or replace function enqueue_each(
  names        text[],
  globals      jsonb[],
  keys         text[],
  queues       text[],
  priorities   integer[],
  times        timestamptz[] default null,
  delays       interval[]    default null,
  tags         text[]        default null,
  branches     json[]        default null,
  traceparents text[]        default null
) returns table (id bigint, created boolean)
  language plpgsql security definer
  set search_path from current
  set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set lock_timeout = '50ms'
as $$
#variable_conflict use_column
declare
  v_count integer := cardinality(enqueue_each.names);
  v_now timestamptz := clock_now();
  v_traceparent text := nullif(current_setting('backops.traceparent', true), '');
  v_ids bigint[];
  v_numbers bigint[];
begin
  if num_nonnulls(enqueue_each.names, enqueue_each.globals, enqueue_each.queues, enqueue_each.priorities) < 4
     or v_count <> any (array[
          cardinality(enqueue_each.globals), coalesce(cardinality(enqueue_each.keys), v_count), cardinality(enqueue_each.queues),
          cardinality(enqueue_each.priorities), coalesce(cardinality(enqueue_each.times), v_count),
          coalesce(cardinality(enqueue_each.delays), v_count), coalesce(cardinality(enqueue_each.tags), v_count),
          coalesce(cardinality(enqueue_each.branches), v_count), coalesce(cardinality(enqueue_each.traceparents), v_count)
        ]) then
    raise exception using errcode = 'OP004', message = 'the arrays that describe the operations differ in length',
      hint = 'Give a name, globals, a queue and a priority for each operation; arrays of the other arguments are as long, or null.';
  end if;

  if enqueue_each.keys is null then
    -- Ids are drawn beforehand, so that they come back in the order of the operations.
    select array_agg(nextval('operations_id_seq')) into v_ids from generate_series(1, v_count);
    insert into operations (id, name, queue, priority, perform_at, traceparent, tags, branches, globals)
      select i.id, i.name, i.queue, i.priority,
             case when i.delay is null then coalesce(i.at, v_now) else coalesce(i.at, v_now) + elapsed(i.delay) end,
             coalesce(i.traceparent, v_traceparent), coalesce(i.tags, '{}')::text[], i.branches, i.document
        from unnest(
               v_ids, enqueue_each.names, enqueue_each.globals, enqueue_each.queues, enqueue_each.priorities, enqueue_each.times,
               enqueue_each.delays, enqueue_each.tags, enqueue_each.branches, enqueue_each.traceparents
             ) as i (id, name, document, queue, priority, at, delay, tags, branches, traceparent);
    return query select i, true from unnest(v_ids) as i;
    return;
  end if;

  with input as materialized (
    select * from unnest(enqueue_each.names, enqueue_each.keys) with ordinality as i (name, key, n)
  ),
  -- Ids are drawn in the order of the operations, and none for a key that is known to be taken.
  fresh as materialized (
    select i.n, nextval('operations_id_seq') as id
      from (
        select i.n
          from (select distinct on (name, key) name, key, n from input where key is not null order by name, key, n) as i
         where not exists (select from operations o where o.name = i.name and o.key = i.key)
        union all
        select n from input where key is null
         order by n
      ) as i
  ),
  inserted as (
    insert into operations (id, name, key, queue, priority, perform_at, traceparent, tags, branches, globals)
      select f.id, i.name, i.key, i.queue, i.priority,
             case when i.delay is null then coalesce(i.at, v_now) else coalesce(i.at, v_now) + elapsed(i.delay) end,
             coalesce(i.traceparent, v_traceparent), coalesce(i.tags, '{}')::text[], i.branches, i.document
        from unnest(
               enqueue_each.names, enqueue_each.globals, enqueue_each.keys, enqueue_each.queues, enqueue_each.priorities, enqueue_each.times,
               enqueue_each.delays, enqueue_each.tags, enqueue_each.branches, enqueue_each.traceparents
             ) with ordinality as i (name, document, key, queue, priority, at, delay, tags, branches, traceparent, n)
        join fresh f using (n)
       order by i.name, i.key
      on conflict (name, key) where key is not null do nothing
      returning id
  )
  select array_agg(f.id order by f.n), array_agg(f.n order by f.n) into v_ids, v_numbers
    from fresh f
    join inserted using (id);
  if cardinality(v_ids) = v_count then
    return query select i, true from unnest(v_ids) as i;
    return;
  end if;

  -- A key that is taken is enqueue's business: it looks it up, and notes other globals.
  return query
    select coalesce(own.id, enqueue(i.name, i.document, i.key, i.queue, i.priority, i.at, i.delay, coalesce(i.tags, '{}')::text[], i.branches,
                                    traceparent => i.traceparent)),
           own.id is not null
      from unnest(
             enqueue_each.names, enqueue_each.globals, enqueue_each.keys, enqueue_each.queues, enqueue_each.priorities, enqueue_each.times,
             enqueue_each.delays, enqueue_each.tags, enqueue_each.branches, enqueue_each.traceparents
           ) with ordinality as i (name, document, key, queue, priority, at, delay, tags, branches, traceparent, n)
      left join unnest(v_ids, v_numbers) as own (id, n) on own.n = i.n
     order by i.n;
end
$$;
comment on function enqueue_each(text[], jsonb[], text[], text[], integer[], timestamptz[], interval[], text[], json[], text[]) is
  'Enqueues operations of independent callers in one statement: each has a name, a queue, a priority, tags (as the text of an array) and a trace '
  'context of its own. Returns (id, created) in their order; where a key is taken, the id that has it and created = false. One that is refused '
  'refuses all.';
