-- The options of a wait and those of an action exclude each other: a step is one or the other.
create or replace function read_wait(p_place text, p_options jsonb) returns jsonb
  language plpgsql stable
  set search_path from current
as $$
declare
  v_kind text;
  v_kinds text;
  v_known text[];
  v_unknown text;
  v_names jsonb := case jsonb_typeof(p_options -> 'wait_for') when 'string' then jsonb_build_array(p_options -> 'wait_for') else p_options -> 'wait_for' end;
  v_on_timeout jsonb := coalesce(nullif(p_options -> 'on_timeout', 'null'), '"fail"');
  v_seconds double precision;
begin
  select string_agg(key, ' and ' order by key), max(key) into v_kinds, v_kind
    from jsonb_object_keys(p_options) as key where key in ('sleep', 'sleep_until', 'wait_for', 'approval');
  if v_kind is null then
    return null;
  end if;
  if v_kinds <> v_kind then
    raise exception using errcode = 'OP004', message = format('%s has %s: a step waits for one thing', p_place, v_kinds),
      hint = 'Make it two steps.';
  end if;
  v_known := case v_kind
    when 'wait_for' then '{wait_for,timeout,on_timeout,as}'::text[]
    when 'approval' then '{approval,role,question,within,else,rejected,as,remind}'
    else array[v_kind]
  end;
  select string_agg(format('"%s"', key), ', ') into v_unknown from jsonb_object_keys(p_options) as key where key <> all (v_known);
  if v_unknown is not null then
    raise exception using errcode = 'OP004', message = format('%s waits, and has options that no such step has: %s', p_place, v_unknown),
      hint = format('Options beside %s are: %s.', v_kind, case v_kind
        when 'wait_for' then 'timeout, on_timeout and as'
        when 'approval' then 'role, question, within, else, rejected, as and remind'
        else 'none'
      end);
  end if;

  if v_kind = 'approval' then
    return read_approval(p_place, p_options);
  end if;

  if v_kind = 'sleep_until' then
    if jsonb_typeof(p_options -> v_kind) is distinct from 'string' or not is_global_key(p_options ->> v_kind) then
      raise exception using errcode = 'OP004', message = format('%s: sleep_until must name a global', p_place),
        hint = '{"sleep_until": "due_at"} waits until the time that the global due_at holds.';
    end if;
    return jsonb_build_object('until', p_options -> v_kind);
  end if;

  v_seconds := read_seconds(p_options -> case v_kind when 'sleep' then 'sleep' else 'timeout' end);
  if v_seconds is null and (v_kind = 'sleep' or p_options ? 'timeout' and p_options -> 'timeout' <> 'null') or v_seconds not between 0 and 3155760000 then
    raise exception using errcode = 'OP004',
      message = format('%s: %s is %s', p_place, case v_kind when 'sleep' then 'sleep' else 'timeout' end,
                       left((p_options -> case v_kind when 'sleep' then 'sleep' else 'timeout' end)::text, 100)),
      hint = 'Give seconds, or an interval such as "2 days": 100 years at the most.';
  end if;
  if v_kind = 'sleep' then
    return jsonb_build_object('for', v_seconds);
  end if;

  if jsonb_typeof(v_names) is distinct from 'array' or jsonb_array_length(v_names) not between 1 and 20
    or exists (
      select from jsonb_array_elements(v_names) as name
       where jsonb_typeof(name) <> 'string' or not is_plain_name(name #>> '{}')
    )
    or jsonb_array_length(v_names) > (select count(distinct name) from jsonb_array_elements_text(v_names) as name)
  then
    raise exception using errcode = 'OP004', message = format('%s: wait_for must name signals', p_place), detail = left((p_options -> 'wait_for')::text, 200),
      hint = 'Write {"wait_for": "approved"} or {"wait_for": ["approved", "rejected"]}: 1 to 20 names of 1 to 200 characters, without "/" and control characters.';
  end if;
  if p_options ? 'as' and p_options -> 'as' <> 'null' and (jsonb_typeof(p_options -> 'as') <> 'string' or not is_global_key(p_options ->> 'as')) then
    raise exception using errcode = 'OP004', message = format('%s: as must name the global that takes the signal', p_place);
  end if;
  if not is_wait_choice(v_on_timeout) or v_seconds is null and p_options ? 'on_timeout' then
    raise exception using errcode = 'OP004',
      message = case when v_seconds is null then format('%s has on_timeout, but no timeout', p_place)
                     else format('%s: on_timeout is %s', p_place, left(v_on_timeout::text, 100)) end,
      hint = 'on_timeout is "fail", "go_on" or {"branch": "escalate"}, beside a timeout.';
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'signals', v_names, 'timeout', v_seconds, 'on_timeout', case when v_seconds is not null then v_on_timeout end, 'as', p_options -> 'as'
  ));
end
$$;
comment on function read_wait(text, jsonb) is
  'What a step waits for, of its options sleep, sleep_until, approval (see read_approval), or wait_for with timeout, on_timeout and as; null for an action. Refuses what it does not know '
  '(SQLSTATE OP004).';

create or replace function is_global_key(p_key text) returns boolean
  language sql immutable
  return p_key <> '' and length(p_key) <= 200;
comment on function is_global_key(text) is 'Whether a text can be the key of a global that a step names: 1 to 200 characters.';

create or replace function read_seconds(p_time jsonb) returns double precision
  language plpgsql immutable
  set search_path from current
  set intervalstyle = 'postgres'
as $$
begin
  return case jsonb_typeof(p_time)
    when 'number' then (p_time #>> '{}')::double precision
    when 'string' then extract(epoch from elapsed((p_time #>> '{}')::interval))
  end;
exception when data_exception then
  return null;
end
$$;
comment on function read_seconds(jsonb) is 'The seconds that a number, or a text such as "2 days", means; null for everything else.';

create or replace function check_timeout_branches(p_place text, p_waits jsonb[], p_branches text[]) returns void
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_branch text;
begin
  select wait -> 'on_timeout' ->> 'branch' into v_branch
    from unnest(p_waits) as wait where (wait -> 'on_timeout' ->> 'branch') <> all (p_branches) limit 1;
  if found then
    raise exception using errcode = 'OP004', message = p_place || format('a wait goes to branch "%s" on its timeout, which is not there', v_branch),
      detail = format('Branches given: %s.', array_to_string(p_branches, ', '));
  end if;
  select wait -> 'on_rejected' ->> 'branch' into v_branch
    from unnest(p_waits) as wait where (wait -> 'on_rejected' ->> 'branch') <> all (p_branches) limit 1;
  if found then
    raise exception using errcode = 'OP004', message = p_place || format('an approval goes to branch "%s" when it is rejected, which is not there', v_branch),
      detail = format('Branches given: %s.', array_to_string(p_branches, ', '));
  end if;
end
$$;
comment on function check_timeout_branches(text, jsonb[], text[]) is 'Refuses a plan whose waits lead to branches that it does not have (SQLSTATE OP004).';
