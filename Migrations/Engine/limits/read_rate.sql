create or replace function read_rate(p_place text, p_rate jsonb) returns jsonb
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_rate jsonb := case jsonb_typeof(p_rate) when 'string' then jsonb_build_object('name', p_rate) else p_rate end;
  v_name text := v_rate ->> 'name';
  v_key text;
  v_unknown text;
  v_per double precision;
begin
  if jsonb_typeof(v_rate) is distinct from 'object' or jsonb_typeof(v_rate -> 'name') is distinct from 'string' or not is_plain_name(v_name) then
    raise exception using errcode = 'OP004', message = format('%s: a rate must have a name', p_place), detail = left(p_rate::text, 200),
      hint = 'Write {"name": "stripe", "count": 100, "per": "1 second"}: a name of 1 to 200 characters, without "/" and control characters.';
  end if;
  v_rate := jsonb_strip_nulls(v_rate);
  select string_agg(format('"%s"', key), ', ') into v_unknown from jsonb_object_keys(v_rate) as key where key <> all ('{name,count,per,burst,by,weight}'::text[]);
  if v_unknown is not null then
    raise exception using errcode = 'OP004', message = format('%s: the rate "%s" has unknown options: %s', p_place, v_name, v_unknown),
      hint = 'Options are name, count, per, burst, by and weight.';
  end if;
  foreach v_key in array '{count,burst,weight}'::text[] loop
    if v_rate ? v_key
      and (jsonb_typeof(v_rate -> v_key) <> 'number' or (v_rate ->> v_key)::numeric not between 1 and 1000000 or scale((v_rate ->> v_key)::numeric) > 0)
    then
      raise exception using errcode = 'OP004', message = format('%s: %s of the rate "%s" is %s', p_place, v_key, v_name, left(v_rate ->> v_key, 100)),
        hint = 'It is a whole number, 1 to 1000000.';
    end if;
  end loop;
  v_per := read_seconds(v_rate -> 'per');
  if v_rate ? 'per' and (v_per between 0.001 and 31536000) is not true then
    raise exception using errcode = 'OP004', message = format('%s: per of the rate "%s" is %s', p_place, v_name, left(v_rate ->> 'per', 100)),
      hint = 'Give seconds, or an interval such as "1 minute": a millisecond to a year.';
  end if;
  if v_rate ? 'count' <> (v_rate ? 'per') or v_rate ? 'burst' and not v_rate ? 'count' then
    raise exception using errcode = 'OP004', message = format('%s: the rate "%s" has %s', p_place, v_name,
                                                              case when v_rate ? 'count' then 'count without per' when v_rate ? 'per' then 'per without count' else 'burst without count' end),
      hint = 'Write {"count": 100, "per": "1 second"}, or the name alone where the number stands elsewhere.';
  end if;
  if v_rate ? 'by' and (jsonb_typeof(v_rate -> 'by') <> 'string' or not is_global_key(v_rate ->> 'by')) then
    raise exception using errcode = 'OP004', message = format('%s: "by" of the rate "%s" must name a global', p_place, v_name),
      hint = 'With {"by": "customer"} each value of the global "customer" has a rate of its own.';
  end if;
  return case when v_rate ? 'per' then v_rate || jsonb_build_object('per', v_per) else v_rate end;
end
$$;
comment on function read_rate(text, jsonb) is
  'A rate of an action as a plan has it: name, count, per (in seconds), burst, by and weight. Refuses what it does not know (SQLSTATE OP004).';
