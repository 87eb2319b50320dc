create or replace function elapsed(p_interval interval) returns interval
  language sql immutable parallel safe
  return make_interval(secs => extract(epoch from p_interval)::double precision);
comment on function elapsed(interval) is
  'An interval as time that passes, the same in every session: a day is 24 hours whatever the clocks do, a month 30 days, a year 365.25.';
