-- Locks: as settle_operation_key, and as enqueue.
create or replace function enqueue_keyed(
  name        text,
  key         text,
  mode        text,
  globals     jsonb       default '{}',
  queue       text        default 'default',
  priority    integer     default 5,
  perform_at  timestamptz default null,
  perform_in  interval    default null,
  tags        text[]      default '{}',
  branches    json        default null,
  step_limit  integer     default 10000,
  traceparent text        default null
) returns table (id bigint, outcome text)
  language sql security definer
  set search_path from current
as $$
  select * from enqueue_keyed_many(
    enqueue_keyed.name, array[enqueue_keyed.globals], array[enqueue_keyed.key], enqueue_keyed.mode, enqueue_keyed.queue,
    enqueue_keyed.priority, enqueue_keyed.perform_at, enqueue_keyed.perform_in, enqueue_keyed.tags, enqueue_keyed.branches,
    enqueue_keyed.step_limit, enqueue_keyed.traceparent
  )
$$;
comment on function enqueue_keyed(text, text, text, jsonb, text, integer, timestamptz, interval, text[], json, integer, text) is
  'Enqueues one operation under a key, in a mode that says what is done where the key is taken, and returns its id with created, existing, replaced, '
  'merged or dropped. SELECT * FROM backops.enqueue_keyed(''Reindex'', ''shop-7'', ''debounce 5 s at most 1 min'')';

-- Locks: as settle_operation_key. Keys are taken in their order, so that two batches with the same keys cannot deadlock.
create or replace function enqueue_keyed_many(
  name        text,
  globals     jsonb[],
  keys        text[],
  mode        text,
  queue       text        default 'default',
  priority    integer     default 5,
  perform_at  timestamptz default null,
  perform_in  interval    default null,
  tags        text[]      default '{}',
  branches    json        default null,
  step_limit  integer     default 10000,
  traceparent text        default null,
  times       timestamptz[] default null
) returns table (id bigint, outcome text)
  language plpgsql security definer
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
#variable_conflict use_column
declare
  v_kind text;
  v_payload text;
  v_delay interval := coalesce(elapsed(enqueue_keyed_many.perform_in), interval '0');
  v_perform_at timestamptz := coalesce(enqueue_keyed_many.perform_at, clock_now()) + v_delay;
  v_traceparent text := coalesce(enqueue_keyed_many.traceparent, nullif(current_setting('backops.traceparent', true), ''));
  v_ids bigint[] := '{}';
  v_outcomes text[] := '{}';
  v_new_id bigint;
  v_id bigint;
  v_replaced_id bigint;
  v_former_id bigint;
  v record;
begin
  select kind, payload into v_kind, v_payload from read_key_mode(enqueue_keyed_many.mode);
  if cardinality(keys) is distinct from cardinality(enqueue_keyed_many.globals) then
    raise exception using errcode = 'OP004',
      message = format('%s keys were given for %s documents', coalesce(cardinality(keys), 0), coalesce(cardinality(enqueue_keyed_many.globals), 0)),
      hint = 'Give one key per document.';
  end if;
  if cardinality(times) <> cardinality(enqueue_keyed_many.globals) then
    raise exception using errcode = 'OP004',
      message = format('%s times were given for %s documents', cardinality(times), cardinality(enqueue_keyed_many.globals)),
      hint = 'Give one time per document (null for perform_at), or no times at all.';
  end if;
  if array_position(keys, null) is not null then
    raise exception using errcode = 'OP004', message = format('operation %s of %s has no key', array_position(keys, null), cardinality(keys)),
      hint = 'Give one key per document, or call enqueue_many.';
  end if;
  perform check_documents(enqueue_keyed_many.name, enqueue_keyed_many.globals, keys, times, enqueue_keyed_many.branches);
  if v_kind = 'once' then
    return query
      select o.id, case when o.created then 'created' else 'existing' end
        from enqueue_many(enqueue_keyed_many.name, enqueue_keyed_many.globals, keys, enqueue_keyed_many.queue, enqueue_keyed_many.priority,
                          enqueue_keyed_many.perform_at, enqueue_keyed_many.perform_in, enqueue_keyed_many.tags, enqueue_keyed_many.branches,
                          enqueue_keyed_many.step_limit, v_traceparent, times) as o;
    return;
  end if;

  for v in
    select n, document, key, at from unnest(enqueue_keyed_many.globals, keys, times) with ordinality as i (document, key, at, n) order by key, n
  loop
    v_new_id := nextval('operations_id_seq');
    insert into operations (id, name, key, key_mode, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals)
      values (v_new_id, enqueue_keyed_many.name, v.key, enqueue_keyed_many.mode, enqueue_keyed_many.queue, enqueue_keyed_many.priority,
              coalesce(v.at + v_delay, v_perform_at), enqueue_keyed_many.step_limit, v_traceparent, enqueue_keyed_many.tags,
              enqueue_keyed_many.branches, v.document)
      returning id into v_id;
    if v_id is null then
      perform await_standby();
    end if;
    select operation_id, replaced_id into v_former_id, v_replaced_id from operation_keys o where o.name = enqueue_keyed_many.name and o.key = v.key;
    v_ids[v.n] := v_former_id;
    v_outcomes[v.n] := case
      when v_id is null then case v_kind when 'throttle' then 'dropped' else 'existing' end
      when v_id <> v_new_id then case when v_payload in ('merge', 'append') then 'merged' else 'replaced' end
      when v_replaced_id is not null then 'replaced'
      else 'created'
    end;
  end loop;
  return query select i, o from unnest(v_ids, v_outcomes) as u (i, o);
end
$$;
comment on function enqueue_keyed_many(text, jsonb[], text[], text, text, integer, timestamptz, interval, text[], json, integer, text, timestamptz[]) is
  'Enqueues one operation per document under a key of its own, in a mode that says what is done where the key is taken. Returns (id, outcome) in the '
  'order of the documents: created, existing, replaced, merged or dropped. Of several documents with one key, each is taken in its turn.';
