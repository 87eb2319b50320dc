create or replace function read_limit(p_place text, p_limit jsonb, p_is_of_operation boolean) returns jsonb
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_limit jsonb := case jsonb_typeof(p_limit) when 'string' then jsonb_build_object('name', p_limit) else p_limit end;
  v_unknown text;
begin
  if jsonb_typeof(v_limit) is distinct from 'object' or jsonb_typeof(v_limit -> 'name') is distinct from 'string' or not is_plain_name(v_limit ->> 'name') then
    raise exception using errcode = 'OP004', message = format('%s: a limit must have a name', p_place), detail = left(p_limit::text, 200),
      hint = 'Write {"name": "stripe", "max": 20}: a name of 1 to 200 characters, without "/" and control characters.';
  end if;
  v_limit := jsonb_strip_nulls(v_limit);
  select string_agg(format('"%s"', key), ', ') into v_unknown
    from jsonb_object_keys(v_limit) as key
   where key <> all (case when p_is_of_operation then '{name,max,by,free_while_waiting,when_full,max_waiting}'::text[] else '{name,max,by}' end);
  if v_unknown is not null then
    raise exception using errcode = 'OP004', message = format('%s: the limit "%s" has unknown options: %s', p_place, v_limit ->> 'name', v_unknown),
      hint = 'Options are name, max and by; that of an operation has free_while_waiting, when_full and max_waiting, too.';
  end if;
  if v_limit ? 'max' and (jsonb_typeof(v_limit -> 'max') <> 'number' or (v_limit ->> 'max')::numeric not between 1 and 1000000 or scale((v_limit ->> 'max')::numeric) > 0) then
    raise exception using errcode = 'OP004', message = format('%s: the limit "%s" has the maximum %s', p_place, v_limit ->> 'name', left(v_limit ->> 'max', 100)),
      hint = 'It is a whole number, 1 to 1000000.';
  end if;
  if v_limit ? 'by' and (jsonb_typeof(v_limit -> 'by') <> 'string' or not is_global_key(v_limit ->> 'by')) then
    raise exception using errcode = 'OP004', message = format('%s: "by" of the limit "%s" must name a global', p_place, v_limit ->> 'name'),
      hint = 'With {"by": "customer"} each value of the global "customer" has slots of its own.';
  end if;
  if v_limit ? 'free_while_waiting' and jsonb_typeof(v_limit -> 'free_while_waiting') <> 'boolean' then
    raise exception using errcode = 'OP004', message = format('%s: free_while_waiting of the limit "%s" is true or false', p_place, v_limit ->> 'name');
  end if;
  if v_limit ? 'when_full' and v_limit -> 'when_full' not in ('"wait"', '"drop"', '"cancel_oldest"', '"replace_waiting"') then
    raise exception using errcode = 'OP004', message = format('%s: when_full of the limit "%s" is %s', p_place, v_limit ->> 'name', left(v_limit ->> 'when_full', 100)),
      hint = 'It is "wait", "drop", "cancel_oldest" or "replace_waiting".';
  end if;
  if v_limit ? 'max_waiting' and (
    jsonb_typeof(v_limit -> 'max_waiting') <> 'number' or (v_limit ->> 'max_waiting')::numeric not between 0 and 1000000 or scale((v_limit ->> 'max_waiting')::numeric) > 0
  ) then
    raise exception using errcode = 'OP004', message = format('%s: max_waiting of the limit "%s" is %s', p_place, v_limit ->> 'name', left(v_limit ->> 'max_waiting', 100)),
      hint = 'It is a whole number, 0 to 1000000.';
  end if;
  v_limit := case when v_limit -> 'when_full' = '"wait"' then v_limit - 'when_full' else v_limit end;
  return case when v_limit -> 'free_while_waiting' = 'false' then v_limit - 'free_while_waiting' else v_limit end;
end
$$;
comment on function read_limit(text, jsonb, boolean) is
  'A limit of an action, or of an operation, as a plan has it: name, max, by, free_while_waiting, when_full, max_waiting. Refuses what it does not know (SQLSTATE OP004).';
