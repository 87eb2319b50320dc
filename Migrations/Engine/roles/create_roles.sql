create or replace function create_roles() returns setof text
  language plpgsql
  set search_path from current
as $$
declare
  v_missing text[] := array(
    select format('%s_%s', current_schema(), g.role)
      from (select distinct g.role from privileges() as g) as g
     where not exists (select from pg_roles r where r.rolname = current_schema() || '_' || g.role)
     order by 1
  );
  v_role text;
begin
  foreach v_role in array v_missing loop
    begin
      execute format('create role %I nologin', v_role);
    exception
      when duplicate_object or unique_violation then
        null; -- Somebody else has made it at the same moment.
      when insufficient_privilege then
        raise exception using errcode = 'insufficient_privilege',
          message = format('role "%s" may not create the roles %s', current_user, array_to_string(v_missing, ', ')),
          hint = format('Let somebody with CREATEROLE run: %s Then call again: what exists is only granted its rights.',
                        (select string_agg(format('CREATE ROLE %I NOLOGIN;', missing), ' ') from unnest(v_missing) as missing));
    end;
  end loop;
  perform apply_privileges();
  return query select unnest(v_missing);
end
$$;
comment on function create_roles() is
  'Creates the roles SCHEMA_enqueue, SCHEMA_worker, SCHEMA_operator, SCHEMA_approver and SCHEMA_reader where they are missing, and grants them what privileges() lists; '
  'returns those that it created. Needs CREATEROLE. Then give them away: GRANT backops_worker TO shop_worker. They stay when the schema goes: other '
  'databases of the server may use them.';
