create or replace function rate_gate_of(p_rate jsonb, p_globals jsonb, p_is_secret boolean default false) returns text
  language sql immutable
  return rate_gate(gate_of(p_rate, p_globals, p_is_secret));
comment on function rate_gate_of(jsonb, jsonb, boolean) is 'What a job that has come to a rate is counted under: "/rate/", its name, and behind a slash the value of the global by which it counts.';

create or replace function gate_lock(p_gate text) returns bigint
  language sql stable
  return hashtextextended(current_schema() || p_gate, 0);
comment on function gate_lock(text) is 'Key of the advisory lock of whoever counts under a rate, or claims of a queue with a limit, or gives the turns of one.';

create or replace function rate_base(p_used_until timestamptz, p_is_current boolean, p_gap interval, p_now timestamptz) returns timestamptz
  language sql immutable
  return greatest(p_now, case when not p_is_current then least(p_used_until, p_now + p_gap) else p_used_until end);
comment on function rate_base(timestamptz, boolean, interval, timestamptz) is
  'Up to when a rate is used up, never before now. What was counted by other numbers is forgotten, but for one start.';

create or replace function rate_look(p_used_until timestamptz, p_tolerance interval, p_closed_until timestamptz, p_now timestamptz) returns timestamptz
  language sql immutable
  return greatest(p_now, greatest(p_closed_until, p_used_until - p_tolerance) - interval '1 second');
comment on function rate_look(timestamptz, interval, timestamptz, timestamptz) is
  'When the line before a rate is looked at next: a second before another one may start, so that those of another second go with it.';
