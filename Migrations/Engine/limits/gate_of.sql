create or replace function gate_of(p_limit jsonb, p_globals jsonb, p_is_secret boolean default false) returns text
  language sql immutable
  return (p_limit ->> 'name') || case when p_limit ? 'by' then '/' || counted_key(p_limit ->> 'by', p_globals, p_is_secret) else '' end;
comment on function gate_of(jsonb, jsonb, boolean) is 'What must be held under a limit: its name, and behind a slash the value of the global by which it counts.';
