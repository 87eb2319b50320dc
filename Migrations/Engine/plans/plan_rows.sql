create or replace function plan_rows(p_branches json, p_place text default '') returns setof definition_actions
  language plpgsql stable
  set search_path from current
  set intervalstyle = 'postgres'
as $$
declare
  v_branch record;
  v_entry record;
  v definition_actions;
  v_seen text[] := '{}';
  v_waits jsonb[] := '{}';
  v_place text;
  v_name text;
  v_options jsonb;
  v_position integer := 0;
  v_limit jsonb;
begin
  if json_typeof(p_branches) is distinct from 'object' then
    raise exception using errcode = 'OP004', message = p_place || 'branches must be a JSON object',
      hint = 'Write {"main": ["FirstAction", "SecondAction"], "other_branch": ["Third"]}.';
  end if;

  -- No branch can have this name.
  if (p_branches -> '/limit')::jsonb <> 'null' then
    v_limit := read_limit(p_place || 'the operation', (p_branches -> '/limit')::jsonb, true);
  end if;
  for v_branch in select key, value from json_each(p_branches) where key <> '/limit' loop
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
      -- With a maximum of one, it would wait for itself.
      if v.limits -> 'action' ->> 'name' = v_limit ->> 'name' then
        raise exception using errcode = 'OP004', message = format('%s ("%s") has the limit "%s" of its operation', v_place, v_name, v_limit ->> 'name'),
          hint = 'The operation would wait for a slot while it holds one: give one of them another name.';
      end if;
      if v_limit is not null then
        v.limits := coalesce(v.limits, '{}') || jsonb_build_object('operation', v_limit);
      end if;
      v_waits := v_waits || v.wait;
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
  perform check_timeout_branches(p_place, v_waits, v_seen);
end
$$;
comment on function plan_rows(json, text) is
  'Reads and checks branches: one row per action, in declared order. Refuses with SQLSTATE OP004 and a hint; the message begins with p_place.';
