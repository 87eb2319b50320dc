-- A key that is long, or secret, stands for itself by a hash. Where the global is not there, all operations that lack it are one.
create or replace function gate_of(p_limit jsonb, p_globals jsonb, p_is_secret boolean default false) returns text
  language sql immutable
  return case
    when not p_limit ? 'by' then p_limit ->> 'name'
    when length(p_globals ->> (p_limit ->> 'by')) <= 200 and not p_is_secret then (p_limit ->> 'name') || '/' || (p_globals ->> (p_limit ->> 'by'))
    else (p_limit ->> 'name') || '/' || coalesce('#' || md5(p_globals ->> (p_limit ->> 'by')), '')
  end;
comment on function gate_of(jsonb, jsonb, boolean) is 'What must be held under a limit: its name, and behind a slash the value of the global by which it counts.';
