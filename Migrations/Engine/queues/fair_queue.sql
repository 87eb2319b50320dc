create or replace function fair_queue(p_queue text) returns text
  language sql immutable
  return '/fair/' || p_queue;
comment on function fair_queue(text) is 'Where the jobs of a fair queue lie that have their turn. No queue has such a name.';

create or replace function served_queue(p_queue text) returns text
  language sql immutable
  return case when left(p_queue, 6) = '/fair/' then substr(p_queue, 7) when left(p_queue, 1) <> '/' then p_queue end;
comment on function served_queue(text) is 'The queue whose workers may claim a job that lies in this one; null at a wait and before a limit.';

-- A key that is long, or secret, stands for itself by a hash. Where the global is not there, all operations that lack it are one.
create or replace function counted_key(p_by text, p_globals jsonb, p_is_secret boolean default false) returns text
  language sql immutable
  return case
    when length(p_globals ->> p_by) <= 200 and not p_is_secret then p_globals ->> p_by
    else coalesce('#' || md5(p_globals ->> p_by), '')
  end;
comment on function counted_key(text, jsonb, boolean) is 'The key under which an operation is counted: the value of a global, never one that is secret.';
