create or replace function is_plain_name(p_name text) returns boolean
  language sql immutable
  return p_name ~ '^[^/[:cntrl:]]+$' and length(p_name) <= 200;
comment on function is_plain_name(text) is
  'Whether a text can be the name of a signal, an approval or a limit: 1 to 200 characters, without "/" and control characters.';
