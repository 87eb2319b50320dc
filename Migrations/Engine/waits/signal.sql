-- Locks: the job, waiting for whoever completes an action of the operation at this moment; then what settle_wait locks.
create or replace function signal(id bigint, name text, payload jsonb default null, dedup_key text default null) returns text
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set jit = off
as $$
#variable_conflict use_variable
declare
  c_limit constant integer := 1000;
  c_bytes constant integer := 1048576;
  v_job jobs;
  v_state text;
  v_id bigint;
  v_inbox record;
begin
  if is_plain_name(name) is not true then
    raise exception using errcode = 'OP004', message = format('"%s" is no name of a signal', left(name, 200)),
      hint = 'Names have 1 to 200 characters, without "/" and control characters.';
  end if;
  if dedup_key = '' or length(dedup_key) > 500 or octet_length(dedup_key) > 1500 then
    raise exception using errcode = 'OP004', message = 'that cannot be the dedup_key of a signal',
      hint = 'It has 1 to 500 characters, and at most 1500 bytes.';
  end if;
  if not can_be_payload(payload) then
    raise exception using errcode = 'OP004', message = 'the payload of a signal is at most 256 KiB, with arrays and objects at most 256 deep',
      hint = 'Keep what is large elsewhere, and send where it is.';
  end if;
  select * into v_job from jobs j where j.operation_id = signal.id for update;
  select o.state into v_state from operations o where o.id = signal.id;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', signal.id);
  end if;
  if v_state = 'active' and v_job.operation_id is null then
    raise exception using errcode = 'serialization_failure', message = format('operation %s was changed at the same moment', signal.id),
      hint = 'Call again.';
  end if;
  -- What was sent before keeps its answer, whatever the operation has done since.
  if dedup_key is not null and exists (
    select from signals s where s.operation_id = signal.id and s.name = signal.name and s.dedup_key = signal.dedup_key
  ) then
    return 'duplicate';
  end if;
  if v_state <> 'active' then
    return 'refused';
  end if;
  select count(*) as count, coalesce(sum(pg_column_size(s.payload)), 0) as bytes into v_inbox
    from signals s where s.operation_id = signal.id and s.read_at is null;
  if v_inbox.count >= c_limit or v_inbox.bytes + coalesce(pg_column_size(payload), 0) > c_bytes then
    raise exception using errcode = 'OP003',
      message = format('the inbox of operation %s is full: %s signals of %s bytes are unread', signal.id, v_inbox.count, v_inbox.bytes),
      hint = format('It holds %s signals and 1 MiB. A wait for them reads them; see signal_status.', c_limit);
  end if;
  insert into signals (operation_id, name, payload, dedup_key) values (signal.id, name, payload, dedup_key) returning signals.id into v_id;
  if v_job.queue = '/waits' then
    perform settle_wait(signal.id);
  end if;
  return (select case when s.read_at is null then 'kept' else 'delivered' end from signals s where s.id = v_id);
end
$$;
comment on function signal(bigint, text, jsonb, text) is
  'Sends a signal to an operation. Returns delivered (it was waiting for it, and goes on), kept (until it waits for it), duplicate (one of that name and '
  'dedup_key was sent before), or refused (the operation has ended). SELECT backops.signal(48213, ''approved'', ''{"by": "ann"}'')';

create or replace function can_be_payload(p_payload jsonb) returns boolean
  language plpgsql stable
  set search_path from current
as $$
begin
  perform p_payload::signal_payload;
  return true;
exception when check_violation then
  return false;
end
$$;
comment on function can_be_payload(jsonb) is 'Whether a document can come with a signal: what the domain signal_payload allows.';

create or replace function signal(operation text, key text, name text, payload jsonb default null, dedup_key text default null) returns text
  language sql
  set search_path from current
  set jit = off
as $$
  select signal(keyed_operation(operation, key), name, payload, dedup_key)
$$;
comment on function signal(text, text, text, jsonb, text) is
  'Sends a signal to the operation of that name and key, the last one where several had it. SELECT backops.signal(''Refund'', ''order-42'', ''approved'')';

create or replace function signal_where(
  signal text, payload jsonb default null, dedup_key text default null,
  name text default null, globals jsonb default null, state text default 'waiting', queue text default null, tags text[] default null,
  since timestamptz default null, until timestamptz default null,
  after bigint default null, at_most integer default 1000, preview boolean default false
) returns setof found_operation
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_found found_operation;
begin
  for v_found in select * from find_operations(name, globals, state, queue, tags, null, since, until, after, at_most) loop
    if coalesce(preview, true) or signal(v_found.id, signal_where.signal, payload, dedup_key) in ('delivered', 'kept') then
      return next v_found;
    end if;
  end loop;
end
$$;
comment on function signal_where(text, jsonb, text, text, jsonb, text, text, text[], timestamptz, timestamptz, bigint, integer, boolean) is
  'Sends a signal to what find_operations finds, operations at a wait unless state says otherwise, and returns as they were found those that took it. '
  'preview => true shows them and sends nothing. At most at_most in one call. SELECT * FROM backops.signal_where(''price_changed'', name => ''Watch'', preview => true)';
