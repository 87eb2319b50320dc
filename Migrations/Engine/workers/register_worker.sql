create or replace function check_names(p_kind text, p_names text[], p_pattern text, p_hint text) returns void
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_bad record;
begin
  if array_ndims(p_names) > 1 or p_kind = 'queue' and cardinality(p_names) = 0 then
    raise exception using errcode = 'OP004', message = format('a worker needs a list of %ss', p_kind), hint = p_hint;
  end if;
  select name into v_bad from unnest(p_names) as name where (name ~ p_pattern) is not true limit 1;
  if found then
    raise exception using errcode = 'OP004', message = format('%s is no name of a %s', coalesce('"' || left(v_bad.name, 200) || '"', 'null'), p_kind), hint = p_hint;
  end if;
end
$$;
comment on function check_names(text, text[], text, text) is 'Refuses a list that holds what is no name, and an empty one of queues (SQLSTATE OP004).';

-- Locks: nothing that is contended; the row is new.
create or replace function register_worker(
  p_host text, p_pid integer, p_queues text[], p_handlers text[],
  p_slots integer default 1, p_version text default '', p_lease interval default '15 seconds', p_schema_version integer default null
) returns bigint
  language plpgsql
  set search_path from current
as $$
declare
  -- 59 random bits of a version 4 UUID; the sign is masked away because an operator has to type it.
  v_id bigint := ('x' || encode(substring(uuid_send(gen_random_uuid()) for 8), 'hex'))::bit(64)::bigint & 9223372036854775807;
begin
  perform check_names('queue', p_queues, '', 'Name each queue, such as {default}.');
  perform check_queue_name(name) from unnest(p_queues) as name;
  perform check_names('handler', p_handlers, '^[^/[:cntrl:]]{0,200}/[^/[:cntrl:]]{1,200}$',
                      'Write "Operation/Action" for registered plans, and "/Action" for operations that bring their own branches.');
  insert into workers (id, host, pid, queues, handlers, slots, version, lease, schema_version)
    values (v_id, p_host, p_pid, p_queues, p_handlers, p_slots, coalesce(p_version, ''), elapsed(p_lease), p_schema_version);
  return v_id;
end
$$;
comment on function register_worker(text, integer, text[], text[], integer, text, interval, integer) is
  'Registers a worker process and returns its id. Handlers are "Operation/Action" for registered plans and "/Action" for operations '
  'that bring their own branches. From then on heartbeat must be called well within the lease.';
