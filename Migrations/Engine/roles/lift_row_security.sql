-- Locks: exclusively, each of the tables that it changes; where nothing has to be changed, none.
create or replace function lift_row_security() returns setof text
  language plpgsql
  set search_path from current
as $$
declare
  v_table regclass;
begin
  for v_table in
    select c.oid::regclass
      from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity
       and not exists (select from pg_policy p where p.polrelid = c.oid)
     order by c.oid
  loop
    execute format('alter table %s no force row level security, disable row level security', v_table);
    return next v_table::text;
  end loop;
end
$$;
comment on function lift_row_security() is
  'Switches row level security off for the tables of this schema that have no policy, which only a setting of the platform can have switched on: nobody '
  'but the owner would see or insert a row. Every migrate up ends with it. Returns their names.';
