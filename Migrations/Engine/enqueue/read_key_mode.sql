create or replace function read_key_mode(p_mode text) returns table (kind text, period interval, at_most interval, payload text)
  language plpgsql stable
  set search_path from current
  -- The same text is the same time for everybody.
  set intervalstyle = 'postgres'
as $$
declare
  v_rest text := btrim(substr(p_mode, length(split_part(p_mode, ' ', 1)) + 1));
  v_parts text[];
begin
  kind := split_part(p_mode, ' ', 1);
  if kind = 'debounce' then
    payload := coalesce(substring(v_rest from ' (last|merge|append)$'), 'last');
    v_rest := regexp_replace(v_rest, ' +(last|merge|append)$', '');
  end if;
  v_parts := regexp_split_to_array(v_rest, ' +at +most +');
  if (case kind
    when 'debounce' then cardinality(v_parts) > 2
    when 'throttle' then cardinality(v_parts) > 1
    else kind not in ('once', 'unless_active', 'replace_waiting', 'cancel_and_replace') or v_rest <> ''
  end) is not false
  then
    raise exception using errcode = 'OP004', message = format('"%s" is no mode of a key', left(p_mode, 100)),
      hint = 'It is once, unless_active, replace_waiting, cancel_and_replace, "throttle 1 min", or "debounce 5 s at most 1 min" and then last, merge or append.';
  end if;
  begin
    if kind in ('debounce', 'throttle') then
      period := elapsed(v_parts[1]::interval);
      at_most := elapsed(v_parts[2]::interval);
    end if;
  exception when data_exception or interval_field_overflow then
    raise exception using errcode = 'OP004', message = format('"%s" is no mode of a key: it has no time that can be read', left(p_mode, 100)),
      hint = 'Write it as PostgreSQL does: 500 ms, 5 s, 2 min, 1 day.';
  end;
  if period <= interval '0' or period > interval '366 days' or at_most < period or at_most > interval '366 days' then
    raise exception using errcode = 'OP004', message = format('"%s" is no mode of a key: its time is not above 0 and at most 366 days', left(p_mode, 100)),
      hint = 'After "at most" comes a time that is not shorter than the first.';
  end if;
  return next;
end
$$;
comment on function read_key_mode(text) is 'Takes a mode apart: "debounce 5 s at most 1 min merge" is of the kind debounce. Refuses what is none (SQLSTATE OP004).';
