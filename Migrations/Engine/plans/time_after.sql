create or replace function time_after(p_time timestamptz, p_delay interval) returns timestamptz
  language sql stable
  return case
    when extract(epoch from p_delay) between -100000000000 and 100000000000 then p_time + elapsed(p_delay)
    when p_delay is not null then 'infinity'
  end;
comment on function time_after(timestamptz, interval) is 'A time and a delay; infinity, which nobody can wait for, where the sum is thousands of years away.';
