-- SECURITY DEFINER changes current_user, but not the setting role.
create or replace function caller() returns text
  language sql stable
  set search_path from current
as $$
  select coalesce(nullif(current_setting('role'), 'none'), session_user::text)
$$;
comment on function caller() is 'The role that makes the call: the one of SET ROLE, else the one that is logged in, also inside functions of this schema.';

create or replace function is_owner() returns boolean
  language sql stable
  set search_path from current
as $$
  select pg_has_role(caller(), (select relowner from pg_class where oid = 'operations'::regclass), 'usage')
$$;
comment on function is_owner() is 'Whether the caller is the owner of the schema, or has the owner''s rights.';

create or replace function sees_secrets() returns boolean
  language sql stable
  set search_path from current
as $$
  select not exists (select from secret_keys)
      or is_owner()
      or coalesce((select pg_has_role(caller(), oid, 'usage') from pg_roles where rolname = current_schema() || '_worker'), false)
$$;
comment on function sees_secrets() is
  'Whether the caller may see what secret_keys names: workers and the owner of the schema may; and everybody where it names nothing.';
