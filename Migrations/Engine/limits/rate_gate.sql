create or replace function rate_gate(p_key text) returns text
  language sql immutable
  return '/rate/' || p_key;
comment on function rate_gate(text) is 'The gate of a rate, or of a key of one as "name/key". No limit has such a name.';

create or replace function is_rate_gate(p_gate text) returns boolean
  language sql immutable
  return left(p_gate, 6) = '/rate/';
comment on function is_rate_gate(text) is 'Whether a gate is that of a rate, and not of a limit.';

create or replace function rate_of_gate(p_gate text) returns text
  language sql immutable
  return substr(p_gate, 7);
comment on function rate_of_gate(text) is 'What rate_gate has made a gate of: the name of the rate, and behind a slash the key.';

create or replace function rate_weight(p_limits jsonb) returns integer
  language sql immutable
  return coalesce((p_limits -> 'rate' ->> 'weight')::integer, 1);
comment on function rate_weight(jsonb) is 'As how many starts that of an action counts under its rate.';
