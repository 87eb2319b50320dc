-- Locks: the advisory lock of the gate, until the transaction ends; looks at the limits leave the gate alone meanwhile.
create or replace function consume(name text, count integer default 1, key text default null) returns timestamptz
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_rate rates;
  v_gate text := named_gate(name, key);
  v_now timestamptz;
  v_base timestamptz;
  v_start timestamptz;
begin
  perform pg_advisory_xact_lock(gate_lock(v_gate));
  -- The numbers that hold when nobody else counts.
  select * into v_rate from rates r where r.name = consume.name;
  if not found then
    perform refuse_unknown_limit('rate', name);
  end if;
  if count between 1 and 1000000 is not true then
    raise exception using errcode = 'OP004', message = format('%s calls cannot be counted under the rate "%s"', coalesce(count::text, 'null'), name),
      hint = 'Give 1 to 1000000.';
  end if;
  v_now := clock_now();
  select g.base, greatest(g.closed_until, g.base - v_rate.tolerance) into v_base, v_start
    from (
      select g.closed_until, greatest(g.closed_until, rate_base(g.used_until, g.version = v_rate.version, v_rate.gap, v_now)) as base
        from rate_gates g
       where g.gate = v_gate
    ) as g;
  if v_start > v_now then
    return v_start;
  end if;
  if v_rate.gap > interval '0' then
    v_base := coalesce(v_base, v_now) + count * v_rate.gap;
    insert into rate_gates (gate, name, used_until, version, look_at)
      values (v_gate, consume.name, v_base, v_rate.version, v_now)
      on conflict on constraint rate_gates_pkey do update set used_until = excluded.used_until, version = excluded.version;
  end if;
  return null;
end
$$;
comment on function consume(text, integer, text) is
  'Counts calls that an action makes under a rate, before it makes them: null where it may go on, else the time at which to ask again, and nothing is counted. To be '
  'called by itself: what it has counted is others'' to see when its transaction ends, and they wait for that. SELECT backops.consume(''stripe'', 1)';

create or replace function named_gate(p_name text, p_key text) returns text
  language sql stable
  return rate_gate_of(
    case when p_key is null then jsonb_build_object('name', p_name) else jsonb_build_object('name', p_name, 'by', 'key') end, jsonb_build_object('key', p_key)
  );
comment on function named_gate(text, text) is 'The gate of a rate, or of one key of it.';

-- Locks: as consume.
create or replace function close_rate(name text, until timestamptz, key text default null, reason text default null) returns void
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_variable
begin
  if not exists (select from rates r where r.name = close_rate.name) then
    perform refuse_unknown_limit('rate', name);
  end if;
  if until is not null and not isfinite(until) then
    raise exception using errcode = 'OP004', message = format('the rate "%s" can be closed until a finite time', name),
      hint = 'now() + interval ''30 seconds''; null opens it.';
  end if;
  perform close_gate(named_gate(name, key), name, until);
  perform write_audit('close_rate', '{}', reason, jsonb_build_object('rate', name, 'key', key, 'until', until));
end
$$;
comment on function close_rate(text, timestamptz, text, text) is
  'Lets nothing more start under a rate, or under one key of it, until a time; null opens it. What was let in for the next two seconds still starts. '
  'SELECT backops.close_rate(''stripe'', now() + interval ''30 seconds'', reason => ''they are down'')';

-- Locks: as consume.
create or replace function back_off(operation_id bigint, name text, until timestamptz) returns void
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_gate text := (
    select rate_gate_of(a.limits -> 'rate', o.globals, is_secret(o.name, a.limits -> 'rate' ->> 'by'))
      from jobs j
      join actions a on a.operation_id = j.operation_id and a.position = j.position
      join operations o on o.id = j.operation_id
     where j.operation_id = back_off.operation_id and a.limits -> 'rate' ->> 'name' = back_off.name
  );
begin
  if not exists (select from rates r where r.name = back_off.name) then
    perform refuse_unknown_limit('rate', name);
  end if;
  if until is null or not isfinite(until) then
    raise exception using errcode = 'OP004', message = format('the rate "%s" can be closed until a finite time', name), hint = 'now() + interval ''30 seconds''';
  end if;
  perform close_gate(coalesce(v_gate, named_gate(name, null)), name, until);
end
$$;
comment on function back_off(bigint, text, timestamptz) is
  'Closes a rate until a time, as a service asks for with "429 Too Many Requests": for the key of the operation, where the rate of the action that it is at has keys. '
  'What is closed for longer stays so. SELECT backops.back_off(operation_id, ''stripe'', now() + interval ''30 seconds'')';

-- Locks: as consume.
create or replace function close_gate(p_gate text, p_name text, p_until timestamptz) returns void
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
declare
  v_now timestamptz;
begin
  perform pg_advisory_xact_lock(gate_lock(p_gate));
  v_now := clock_now();
  insert into rate_gates as g (gate, name, used_until, version, closed_until, look_at)
    select p_gate, p_name, v_now, r.version, p_until, v_now from rates r where r.name = p_name
    on conflict on constraint rate_gates_pkey do update
      set closed_until = case when p_until is null then null else greatest(g.closed_until, p_until) end,
          look_at = case when p_until is null then v_now else g.look_at end;
  if p_until is null then
    perform offer_gates(array[rate_gate(p_name)]);
  end if;
end
$$;
comment on function close_gate(text, text, timestamptz) is 'Closes the gate of a rate until a time, where it is not closed for longer; null opens it, and what has started counts as before.';
