create or replace function redacted(p_name text, p_globals jsonb) returns jsonb
  language sql stable cost 1
  set search_path from current
as $$
  select coalesce(
    p_globals || (select jsonb_object_agg(key, '[secret]') from secret_keys where name in (p_name, '*') and p_globals ? key),
    p_globals
  )
$$;
comment on function redacted(text, jsonb) is 'The globals of an operation of that name, with "[secret]" for every value that secret_keys names.';

create or replace function shown(p_operation operations) returns operations
  language plpgsql stable
  set search_path from current
as $$
begin
  if not sees_secrets() then
    p_operation.globals := redacted(p_operation.name, p_operation.globals);
  end if;
  return p_operation;
end
$$;
comment on function shown(operations) is 'A row of operations as the caller may see it.';

create or replace function is_secret(p_name text, p_key text) returns boolean
  language sql stable
  set search_path from current
as $$
  select exists (select from secret_keys where name in (p_name, '*') and key = p_key)
$$;
comment on function is_secret(text, text) is 'Whether secret_keys names a global of the operations of that name.';
