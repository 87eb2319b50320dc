-- Locks: as enqueue. Keys are inserted in their order, so that two batches with the same keys cannot deadlock.
create or replace function enqueue_many(
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
