-- Plans: reading {"main": ["A", ["B", {…options}]], "red": ["C"]}, registering it, and the two sums that an action's
-- options ask for: when it is due, and how long to wait after a failure.

-- A cast alone would take the same text for another time in a session with another TimeZone or DateStyle, and the enqueuer of an
-- operation, its workers and those who steer it are different sessions. With the year first and an offset no setting matters.
-- No function here has a backslash in a plain literal: what it means depends on standard_conforming_strings.
create function read_time(p_text text) returns timestamptz
  language plpgsql immutable strict
  set search_path from current
as $$
declare
  v_parts text[] := regexp_match(
    p_text, '^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?([Zz]|[+-][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2})?)?)?)?$'
  );
begin
  if v_parts is null then
    return null;
  end if;
  return format(
    '%s %s:%s%s%s', v_parts[1], coalesce(v_parts[2], '00:00'), coalesce(v_parts[3], '00'), '.' || left(v_parts[4], 6), coalesce(v_parts[5], 'Z')
  )::timestamptz;
exception when data_exception then
  return null;
end
$$;
comment on function read_time(text) is
  'The time that a text in ISO 8601 means, the same in every session: 2027-01-01T08:00:00Z, 2027-01-01 08:00+02, 2027-01-01. Without an offset '
  'it is in UTC. Null for everything else, such as "tomorrow" or 01/04/2027.';

create function elapsed(p_interval interval) returns interval
  language sql immutable parallel safe
  return make_interval(secs => extract(epoch from p_interval)::double precision);
comment on function elapsed(interval) is
  'An interval as time that passes, the same in every session: a day is 24 hours whatever the clocks do, a month 30 days, a year 365.25.';

create function due_at(
  p_perform_at timestamptz, p_perform_in interval, p_perform_at_global text, p_globals jsonb, p_now timestamptz
) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
declare
  v_global jsonb := p_globals -> p_perform_at_global;
  v_time timestamptz;
begin
  if v_global <> 'null' then
    v_time := read_time(v_global #>> '{}');
    if v_time is null or jsonb_typeof(v_global) <> 'string' then
      return 'infinity';
    end if;
  end if;
  return greatest(p_perform_at, p_now + p_perform_in, v_time, p_now);
end
$$;
comment on function due_at(timestamptz, interval, text, jsonb, timestamptz) is
  'When an action that the operation reaches at p_now may start; infinity where the global that it names is not a time.';

create function backoff_delay(p_attempt integer, p_backoff jsonb) returns interval
  language plpgsql volatile
  set search_path from current
as $$
declare
  v_base double precision := coalesce((p_backoff ->> 'base')::double precision, 5);
  v_factor double precision := coalesce((p_backoff ->> 'factor')::double precision, 2);
  v_max double precision := coalesce((p_backoff ->> 'max')::double precision, 21600);
  v_jitter double precision := coalesce((p_backoff ->> 'jitter')::double precision, 0.2);
  v_delay double precision := v_base;
begin
  if coalesce(p_backoff ->> 'kind', 'exponential') = 'exponential' then
    -- The logarithm is compared first: the power itself would overflow after a few hundred attempts.
    v_delay := case
      when v_base <= 0 then 0
      when ln(v_base) + (p_attempt - 1) * ln(v_factor) >= ln(v_max) then v_max
      else v_base * power(v_factor, p_attempt - 1)
    end;
  end if;
  return make_interval(secs => v_delay * (1 - v_jitter * random()));
end
$$;
comment on function backoff_delay(integer, jsonb) is
  'Delay after the p_attempt-th failed attempt: {"kind": "exponential" or "constant", "base", "factor", "max" in seconds, "jitter" 0 to 1}; '
  'by default 5 s doubling up to 6 h, each shortened by up to a fifth so that many do not come back at once.';

-- Refuses what it does not know, so that a misspelt option is an error at the enqueue and not a surprise at night.
create function read_options(p_place text, p_options jsonb) returns definition_actions
  language plpgsql stable
  set search_path from current
as $$
declare
  v definition_actions;
  v_unknown text;
  v_backoff jsonb := p_options -> 'backoff';
begin
  select string_agg(format('"%s"', key), ', ') into v_unknown
    from jsonb_object_keys(p_options) as key
   where key not in ('perform_at', 'perform_in', 'perform_at_global', 'max_attempts', 'backoff', 'timeout', 'queue', 'may_jump');
  if v_unknown is not null then
    raise exception using errcode = 'OP004', message = format('%s has an unknown option: %s', p_place, v_unknown),
      hint = 'Options are perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue and may_jump.';
  end if;

  begin
    v.perform_at := read_time(p_options ->> 'perform_at');
    if v.perform_at is null and p_options ->> 'perform_at' is not null then
      raise invalid_datetime_format using message = format('perform_at is %s', left((p_options -> 'perform_at')::text, 100));
    end if;
    v.perform_in := case jsonb_typeof(p_options -> 'perform_in')
      when 'number' then make_interval(secs => (p_options ->> 'perform_in')::double precision)
      else elapsed((p_options ->> 'perform_in')::interval)
    end;
    v.perform_at_global := p_options ->> 'perform_at_global';
    v.max_attempts := coalesce((p_options ->> 'max_attempts')::integer, 25);
    v.timeout := case jsonb_typeof(p_options -> 'timeout')
      when 'number' then make_interval(secs => (p_options ->> 'timeout')::double precision)
      else elapsed((p_options ->> 'timeout')::interval)
    end;
    v.queue := p_options ->> 'queue';
    v.backoff := nullif(v_backoff, 'null');
    if v.backoff is not null then
      perform (v_backoff ->> 'base')::double precision, (v_backoff ->> 'factor')::double precision,
              (v_backoff ->> 'max')::double precision, (v_backoff ->> 'jitter')::double precision;
    end if;
  exception when data_exception then
    raise exception using errcode = 'OP004', message = format('%s has an option that cannot be read: %s', p_place, sqlerrm),
      hint = 'perform_at is a time such as "2027-01-01T08:00:00Z", in UTC where it has no offset; perform_in and timeout are seconds or an interval '
             'such as "2 days".';
  end;

  if v.max_attempts not between 1 and 1000 then
    raise exception using errcode = 'OP004', message = format('%s: max_attempts is %s, not 1 to 1000', p_place, v.max_attempts);
  end if;
  if not isfinite(v.perform_at) then
    raise exception using errcode = 'OP004', message = format('%s: perform_at must be a finite time', p_place);
  end if;
  if v.timeout <= interval '0' or v.perform_in < interval '0' then
    raise exception using errcode = 'OP004', message = format('%s: timeout and perform_in must not be negative or zero', p_place);
  end if;
  if v.queue !~ '^[a-z0-9_.-]{1,100}$' then
    raise exception using errcode = 'OP004', message = format('%s: "%s" is no name of a queue', p_place, v.queue),
      hint = 'Names of queues are made of a-z, 0-9, dot, dash and underscore, at most 100 of them.';
  end if;
  if v.backoff is not null and (
    jsonb_typeof(v_backoff) <> 'object'
    or exists (select from jsonb_object_keys(v_backoff) as key where key not in ('kind', 'base', 'factor', 'max', 'jitter'))
    or coalesce(v_backoff ->> 'kind', 'exponential') not in ('exponential', 'constant')
    or (v_backoff ->> 'base')::double precision not between 0 and 31536000
    or (v_backoff ->> 'factor')::double precision not between 1 and 1000
    or (v_backoff ->> 'max')::double precision not between 0.001 and 31536000
    or (v_backoff ->> 'jitter')::double precision not between 0 and 1
  ) then
    raise exception using errcode = 'OP004', message = format('%s has a backoff that cannot be used: %s', p_place, v_backoff),
      hint = '{"kind": "exponential" or "constant", "base": seconds, "factor": 1 or more, "max": seconds, "jitter": 0 to 1}';
  end if;
  return v;
end
$$;
comment on function read_options(text, jsonb) is 'The options of one action as columns; refuses what it does not know (SQLSTATE OP004).';

create function plan_rows(p_branches json, p_place text default '') returns setof definition_actions
  language plpgsql stable
  set search_path from current
  set intervalstyle = 'postgres'
as $$
declare
  v_branch record;
  v_entry record;
  v definition_actions;
  v_seen text[] := '{}';
  v_place text;
  v_name text;
  v_options jsonb;
  v_position integer := 0;
begin
  if json_typeof(p_branches) is distinct from 'object' then
    raise exception using errcode = 'OP004', message = p_place || 'branches must be a JSON object',
      hint = 'Write {"main": ["FirstAction", "SecondAction"], "other_branch": ["Third"]}.';
  end if;

  for v_branch in select key, value from json_each(p_branches) loop
    if v_branch.key = any (v_seen) then
      raise exception using errcode = 'OP004', message = p_place || format('branch "%s" is given twice', v_branch.key);
    end if;
    v_seen := v_seen || v_branch.key;
    if length(v_branch.key) not between 1 and 200 or v_branch.key ~ '[/[:cntrl:]]' then
      raise exception using errcode = 'OP004', message = p_place || format('"%s" is no name of a branch', left(v_branch.key, 200)),
        hint = 'Names have 1 to 200 characters, without "/" and control characters.';
    end if;
    if json_typeof(v_branch.value) <> 'array' or json_array_length(v_branch.value) = 0 then
      raise exception using errcode = 'OP004', message = p_place || format('branch "%s" has no actions', v_branch.key),
        hint = 'Give it at least one, or leave the branch out.';
    end if;

    for v_entry in select value, n from json_array_elements(v_branch.value) with ordinality as e (value, n) loop
      v_position := v_position + 1;
      v_options := '{}';
      v_name := null;
      if json_typeof(v_entry.value) = 'string' then
        v_name := v_entry.value #>> '{}';
      elsif json_typeof(v_entry.value) = 'array'
        and json_typeof(v_entry.value -> 0) = 'string'
        and coalesce(json_typeof(v_entry.value -> 1), 'object') = 'object'
        and json_array_length(v_entry.value) <= 2
      then
        v_name := v_entry.value ->> 0;
        v_options := coalesce((v_entry.value -> 1)::jsonb, '{}');
      end if;
      v_place := p_place || format('action %s of branch "%s"', v_entry.n, v_branch.key);
      if v_name is null or length(v_name) not between 1 and 200 or v_name ~ '[/[:cntrl:]]' then
        raise exception using errcode = 'OP004', message = format('%s is not the name of an action', v_place),
          detail = left(v_entry.value::text, 200),
          hint = 'Write "Name" or ["Name", {"perform_at": "…"}]; names have 1 to 200 characters, without "/" and control characters.';
      end if;

      v := read_options(format('%s ("%s")', v_place, v_name), v_options);
      v.position := v_position;
      v.branch := v_branch.key;
      v.name := v_name;
      v.starts := v_branch.key = 'main' and v_entry.n = 1;
      return next v;
    end loop;
  end loop;

  if v_position = 0 then
    raise exception using errcode = 'OP004', message = p_place || 'branches has no actions',
      hint = 'Give at least {"main": ["FirstAction"]}.';
  end if;
  if not 'main' = any (v_seen) then
    raise exception using errcode = 'OP004', message = p_place || 'there is no branch "main", where an operation starts',
      detail = format('Branches given: %s.', array_to_string(v_seen, ', '));
  end if;
end
$$;
comment on function plan_rows(json, text) is
  'Reads and checks branches: one row per action, in declared order. Refuses with SQLSTATE OP004 and a hint; the message begins with p_place.';

-- Locks: one advisory lock per operation name until the transaction ends, so that workers that start together agree on
-- which version is current.
create function register_definition(p_name text, p_branches json) returns bigint
  language plpgsql
  set search_path from current
  set intervalstyle = 'postgres'
as $$
declare
  v_rows definition_actions[];
  v_fingerprint text;
  v_definition definitions;
begin
  if p_name is null or length(p_name) not between 1 and 200 or p_name ~ '[/[:cntrl:]]' then
    raise exception using errcode = 'OP004', message = format('"%s" is no name of an operation', left(p_name, 200)),
      hint = 'Names have 1 to 200 characters, without "/" and control characters.';
  end if;
  -- A time counts as a number, because its text depends on the session's time zone.
  select array_agg(r order by r.position),
         encode(sha256(convert_to(
           jsonb_agg(to_jsonb(r) || jsonb_build_object('perform_at', extract(epoch from r.perform_at)) order by r.position)::text, 'UTF8'
         )), 'hex')
    into v_rows, v_fingerprint
    from plan_rows(p_branches) as r;

  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/definition/' || p_name, 0));
  select * into v_definition from definitions where name = p_name and fingerprint = v_fingerprint;
  if not v_definition.current or v_definition.id is null then
    update definitions set current = false where name = p_name and current;
    insert into definitions (name, fingerprint, branches) values (p_name, v_fingerprint, p_branches)
      on conflict (name, fingerprint) do update set current = true, registered_at = clock_now(), branches = excluded.branches
      returning * into v_definition;
    insert into definition_actions
      select v_definition.id, r.position, r.branch, r.name, r.perform_at, r.perform_in, r.perform_at_global, r.max_attempts,
             r.backoff, r.timeout, r.queue, r.starts
        from unnest(v_rows) as r
      on conflict do nothing;
  end if;
  perform unpark(p_name);
  return v_definition.id;
end
$$;
comment on function register_definition(text, json) is
  'Makes branches the plan of new operations of that name, and starts those that were parked for want of it. Returns the version''s id.';
