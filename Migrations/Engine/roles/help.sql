create or replace view help as
  select case c.relkind when 'v' then 'view' else 'table' end as kind,
         c.relname::text as name,
         (
           select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         ) as signature,
         obj_description(c.oid, 'pg_class') as comment
    from pg_class c
   where c.relnamespace = (select relnamespace from pg_class where oid = 'operations'::regclass)
     and c.relname in (select p.name from privileges() as p where p.kind in ('table', 'view'))
     and c.relkind in ('r', 'v')
  union all
  select 'function', p.proname::text, pg_get_function_arguments(p.oid), obj_description(p.oid, 'pg_proc')
    from pg_proc p
   where p.pronamespace = (select relnamespace from pg_class where oid = 'operations'::regclass)
     and p.proname in (select p.name from privileges() as p where p.kind = 'function');
comment on view help is
  'Every view, table and function of this schema that is meant to be used, with its columns or arguments and what it does. '
  'SELECT * FROM backops.help ORDER BY kind DESC, name; SELECT comment FROM backops.help WHERE name = ''retry_where''';
