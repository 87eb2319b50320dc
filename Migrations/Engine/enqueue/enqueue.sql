-- The names of globals are told, and of secret ones not even that: who enqueues need not see what others did.
create or replace function note_other_globals(p_id bigint, p_globals jsonb) returns void
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
create or replace function enqueue(
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
