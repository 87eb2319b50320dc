-- A cron expression as sets of bits, so that the search for a slot is arithmetic: seconds, minutes, hours, days of the month
-- (bit 0 is the last day, bit 31 + n the n-th day before it), months, days of the week, their occurrences in a month (bit 6 × day + n;
-- n = 0 is the last), and flags (1: goes by elapsed time, 2: the day of the month counts, 4: the day of the week counts).

create or replace function cron_number(p_field text, p_text text, p_low integer, p_high integer, p_names text[]) returns integer
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_name integer := array_position(p_names, lower(p_text));
begin
  if v_name is not null then
    -- Months count from 1, days of the week from 0.
    return v_name - 1 + p_low;
  end if;
  if p_text !~ '^[0-9]+$' then
    raise exception using errcode = 'OP004', message = format('%s: "%s" is no number%s', p_field, left(p_text, 100), case when p_names is not null then ' and no name' end),
      hint = format('Write %s to %s%s, *, a range such as %s-%s, a step such as */2, or a list of these.', p_low, p_high,
                    case when p_names is not null then format(' or %s to %s', p_names[1], p_names[cardinality(p_names)]) end, p_low, p_low + 1);
  end if;
  if length(p_text) > 9 or p_text::integer not between p_low and p_high then
    raise exception using errcode = 'OP004', message = format('%s: %s is not %s to %s', p_field, left(p_text, 100), p_low, p_high);
  end if;
  return p_text::integer;
end
$$;
comment on function cron_number(text, text, integer, integer, text[]) is 'A number or a name in a field of a cron expression; anything else is refused (SQLSTATE OP004).';

create or replace function cron_field(p_field text, p_text text, p_low integer, p_high integer, p_names text[] default null) returns bigint
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_mask bigint := 0;
  v_item text;
  v_parts text[];
  v_from integer;
  v_to integer;
  v_step integer;
begin
  foreach v_item in array string_to_array(p_text, ',') loop
    v_parts := regexp_match(v_item, '^([*?]|[^-/]+)(?:-([^-/]+))?(?:/([0-9]+))?$');
    if v_parts is null or v_parts[1] in ('*', '?') and v_parts[2] is not null then
      raise exception using errcode = 'OP004', message = format('%s: "%s" cannot be read', p_field, left(v_item, 100)),
        hint = format('Write %s to %s, *, a range such as %s-%s, a step such as */2, or a list of these.', p_low, p_high, p_low, p_low + 1);
    end if;
    if v_parts[1] in ('*', '?') then
      v_from := p_low;
      v_to := p_high;
    else
      v_from := cron_number(p_field, v_parts[1], p_low, p_high, p_names);
      v_to := case
        when v_parts[2] is not null then cron_number(p_field, v_parts[2], p_low, p_high, p_names)
        when v_parts[3] is not null then p_high
        else v_from
      end;
      -- Sunday ends the week, too.
      if p_field = 'day of week' and v_parts[2] is not null and v_to = 0 and v_from > 0 then
        v_to := 7;
      end if;
    end if;
    if v_to < v_from then
      raise exception using errcode = 'OP004', message = format('%s: the range %s ends before it begins', p_field, left(v_item, 100)),
        hint = format('Write two ranges: %s-%s,%s-%s.', v_from, p_high, p_low, v_to);
    end if;
    if length(v_parts[3]) > 9 or v_parts[3]::integer not between 1 and p_high - p_low then
      raise exception using errcode = 'OP004', message = format('%s: the step of %s is not 1 to %s', p_field, left(v_item, 100), p_high - p_low),
        hint = 'A step counts within its field. For a time that passes between two slots, give "every" instead of cron.';
    end if;
    v_step := coalesce(v_parts[3]::integer, 1);
    for v_number in v_from..v_to by v_step loop
      v_mask := v_mask | (1::bigint << v_number);
    end loop;
  end loop;
  if v_mask = 0 then
    raise exception using errcode = 'OP004', message = format('%s: it is empty', p_field);
  end if;
  return v_mask;
end
$$;
comment on function cron_field(text, text, integer, integer, text[]) is 'The numbers that a field of a cron expression names, as bits; refuses what cannot be one (SQLSTATE OP004).';

create or replace function parse_cron(p_cron text) returns bigint[]
  language plpgsql immutable
  set search_path from current
as $$
declare
  c_weekdays constant text[] := '{sun,mon,tue,wed,thu,fri,sat}';
  v_text text := lower(regexp_replace(btrim(p_cron, E' \t\n'), '[[:space:]]+', ' ', 'g'));
  v_fields text[];
  v_item text;
  v_parts text[];
  v_days bigint := 0;
  v_weekdays bigint := 0;
  v_occurrences bigint := 0;
  v_plain text[];
  v_cron bigint[];
begin
  v_text := case v_text
    when '@yearly' then '0 0 1 1 *' when '@annually' then '0 0 1 1 *' when '@monthly' then '0 0 1 * *' when '@weekly' then '0 0 * * 0'
    when '@daily' then '0 0 * * *' when '@midnight' then '0 0 * * *' when '@hourly' then '0 * * * *'
    else v_text
  end;
  if v_text like '@%' then
    raise exception using errcode = 'OP004', message = format('"%s" is no cron expression', left(p_cron, 100)),
      hint = 'Known are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly. For a time that passes between two slots, give "every" instead of cron.';
  end if;
  v_fields := string_to_array(v_text, ' ');
  if p_cron is null or cardinality(v_fields) not in (5, 6) or length(p_cron) > 1000 then
    raise exception using errcode = 'OP004',
      message = case
        when p_cron is null then 'a cron expression is missing'
        when length(p_cron) > 1000 then format('a cron expression of %s characters is too long', length(p_cron))
        else format('"%s" has %s fields, not 5 or 6', left(p_cron, 100), cardinality(v_fields))
      end,
      hint = 'The fields are minute, hour, day of month, month, day of week; six of them begin with seconds. "30 2 * * *" is every day at 02:30.';
  end if;
  if cardinality(v_fields) = 5 then
    v_fields := '{0}' || v_fields;
  end if;

  -- The day of the month knows L, the last day, and L-3.
  v_plain := '{}';
  foreach v_item in array string_to_array(v_fields[4], ',') loop
    v_parts := regexp_match(v_item, '^l(?:-([0-9]{1,2}))?$');
    if v_parts is null then
      v_plain := v_plain || v_item;
    elsif v_parts[1] is null then
      v_days := v_days | 1;
    else
      v_days := v_days | (1::bigint << (31 + cron_number('day of month', v_parts[1], 1, 30, null)));
    end if;
  end loop;
  if v_days = 0 or cardinality(v_plain) > 0 then
    v_days := v_days | cron_field('day of month', array_to_string(v_plain, ','), 1, 31);
  end if;

  -- The day of the week knows fri#2, the second Friday of the month, and friL, the last one.
  v_plain := '{}';
  foreach v_item in array string_to_array(v_fields[6], ',') loop
    v_parts := regexp_match(v_item, '^([a-z0-9]+)#([0-9]+)$');
    if v_parts is not null then
      v_occurrences := v_occurrences | (1::bigint << (
        cron_number('day of week', v_parts[1], 0, 7, c_weekdays) % 7 * 6 + cron_number('day of week, after #', v_parts[2], 1, 5, null)
      ));
    elsif v_item ~ '^([0-9]|[a-z]{3})l$' then
      v_occurrences := v_occurrences | (1::bigint << (cron_number('day of week', left(v_item, -1), 0, 7, c_weekdays) % 7 * 6));
    else
      v_plain := v_plain || v_item;
    end if;
  end loop;
  if v_occurrences = 0 or cardinality(v_plain) > 0 then
    v_weekdays := cron_field('day of week', array_to_string(v_plain, ','), 0, 7, c_weekdays);
    v_weekdays := (v_weekdays | (v_weekdays >> 7)) & 127;
  end if;

  v_cron := array[
    cron_field('second', v_fields[1], 0, 59), cron_field('minute', v_fields[2], 0, 59), cron_field('hour', v_fields[3], 0, 23),
    v_days, cron_field('month', v_fields[5], 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}'), v_weekdays, v_occurrences,
    case when v_fields[2] ~ '^[*?]' or v_fields[3] ~ '^[*?]' then 1 else 0 end
      + case when v_fields[4] ~ '^[*?]' then 0 else 2 end
      + case when v_fields[6] ~ '^[*?]' then 0 else 4 end
  ];
  -- In the 40 years from there, every date falls on every day of the week.
  if next_cron_day(v_cron, '2000-01-01') is null then
    raise exception using errcode = 'OP004', message = format('day of month: there is no day such as "%s" in the month "%s"%s', v_fields[4], v_fields[5],
        case when v_cron[8] & 4 = 4 or v_fields[6] not in ('*', '?') then format(' on the day of week "%s"', v_fields[6]) end),
      hint = 'L is the last day of a month, whatever its length.';
  end if;
  return v_cron;
end
$$;
comment on function parse_cron(text) is
  'A cron expression as sets of bits, for next_slot: seconds, minutes, hours, days, months, days of the week, their occurrences in a month, flags. '
  'One that cannot be read, or whose day never comes, is refused with the field at fault (SQLSTATE OP004).';
