-- Work is bounded for every expression: months are passed over before days, days before hours, and after 40 years there is none.

create or replace function next_cron_day(p_cron bigint[], p_from date) returns date
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_month date := p_from - (extract(day from p_from)::integer - 1);
  v_number integer := extract(month from p_from);
  v_day integer := extract(day from p_from);
  v_length integer;
  v_first integer;
  v_days bigint;
  v_weekdays bigint;
  v_week bigint;
begin
  for v_step in 0..480 loop
    if p_cron[5] >> v_number & 1 = 1 then
      v_length := (v_month + interval '1 month')::date - v_month;
      v_days := p_cron[4] & 4294967294;
      if p_cron[4] & 1 = 1 then
        v_days := v_days | (1::bigint << v_length);
      end if;
      if p_cron[4] >> 32 <> 0 then
        for v_before in 1..v_length - 1 loop
          if p_cron[4] >> (31 + v_before) & 1 = 1 then
            v_days := v_days | (1::bigint << (v_length - v_before));
          end if;
        end loop;
      end if;
      if p_cron[8] & 4 = 4 or p_cron[6] <> 127 then
        v_weekdays := 0;
        v_first := extract(dow from v_month);
        for v_weekday in 0..6 loop
          -- Days 1, 8, 15, 22 and 29, if the month began on that day of the week.
          v_week := 541098242::bigint << ((v_weekday - v_first + 7) % 7);
          if p_cron[6] >> v_weekday & 1 = 1 then
            v_weekdays := v_weekdays | v_week;
          end if;
          if p_cron[7] >> (v_weekday * 6) & 63 <> 0 then
            for v_occurrence in 1..5 loop
              if p_cron[7] >> (v_weekday * 6 + v_occurrence) & 1 = 1 then
                v_weekdays := v_weekdays | (v_week & (127::bigint << (v_occurrence * 7 - 6)));
              end if;
            end loop;
            if p_cron[7] >> (v_weekday * 6) & 1 = 1 then
              v_weekdays := v_weekdays | (v_week & (127::bigint << (v_length - 6)));
            end if;
          end if;
        end loop;
        v_days := case when p_cron[8] & 6 = 6 then v_days | v_weekdays else v_days & v_weekdays end;
      end if;
      for v_candidate in v_day..v_length loop
        if v_days >> v_candidate & 1 = 1 then
          return v_month + (v_candidate - 1);
        end if;
      end loop;
    end if;
    v_month := (v_month + interval '1 month')::date;
    v_number := v_number % 12 + 1;
    v_day := 1;
  end loop;
  return null;
end
$$;
comment on function next_cron_day(bigint[], date) is
  'The first day from p_from on that a parsed cron expression means; null if there is none in 40 years. Where day of month and day of week are both '
  'restricted, either is enough; a field that begins with * restricts together with the other one, as Vixie''s cron has it.';

create or replace function next_local_slot(p_cron bigint[], p_after timestamp) returns timestamp
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_from timestamp := date_trunc('second', p_after) + interval '1 second';
  v_day date := next_cron_day(p_cron, v_from::date);
  v_hour integer := 0;
  v_minute integer := 0;
  v_second integer := 0;
begin
  if v_day = v_from::date then
    v_hour := extract(hour from v_from);
    v_minute := extract(minute from v_from);
    v_second := floor(extract(second from v_from));
  end if;
  for v_try in 1..2 loop
    exit when v_day is null;
    while v_hour < 24 loop
      if p_cron[3] >> v_hour & 1 = 1 then
        while v_minute < 60 loop
          if p_cron[2] >> v_minute & 1 = 1 then
            while v_second < 60 loop
              if p_cron[1] >> v_second & 1 = 1 then
                return v_day + make_interval(hours => v_hour, mins => v_minute, secs => v_second);
              end if;
              v_second := v_second + 1;
            end loop;
          end if;
          v_minute := v_minute + 1;
          v_second := 0;
        end loop;
      end if;
      v_hour := v_hour + 1;
      v_minute := 0;
      v_second := 0;
    end loop;
    v_day := next_cron_day(p_cron, v_day + 1);
    v_hour := 0;
  end loop;
  return null;
end
$$;
comment on function next_local_slot(bigint[], timestamp) is 'The first time on the clock after p_after that a parsed cron expression means, as if no clock ever changed.';
