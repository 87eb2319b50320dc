create or replace function violations_of_the_schema() returns setof violation
  language sql stable
  set search_path from current
as $$
  select 'schema_is_sound', null::bigint, null::integer, null::bigint, detail, advice
    from (
      -- 1. An index that is being built right now is not valid yet.
      select format('index %s is not valid', i.indexrelid::regclass) as detail,
             format('reindex index concurrently %s;', i.indexrelid::regclass) as advice
        from pg_index i
        join pg_class c on c.oid = i.indrelid and c.relnamespace = current_schema()::regnamespace
       where not (i.indisvalid and i.indisready and i.indislive)
         and not exists (
           select from pg_stat_progress_create_index p where p.datname = current_database() and coalesce(p.relid, i.indrelid) = i.indrelid
         )
      union all
      select format('constraint %s of %s is not validated', conname, conrelid::regclass),
             format('alter table %s validate constraint %I;', conrelid::regclass, conname)
        from pg_constraint
       where connamespace = current_schema()::regnamespace and not convalidated
      union all
      select format('function %s takes its tables from the caller''s search_path', oid::regprocedure),
             format('alter function %s set search_path = %I, pg_temp;', oid::regprocedure, current_schema())
        from pg_proc
       where pronamespace = current_schema()::regnamespace
         and prosqlbody is null
         and not exists (
           select from unnest(proconfig) as setting where replace(setting, '"', '') = format('search_path=%s, pg_temp', current_schema())
         )
      union all
      select format('function %s runs with the rights of its owner, and everybody may call it', oid::regprocedure),
             format('revoke execute on function %s from public;', oid::regprocedure)
        from pg_proc
       where pronamespace = current_schema()::regnamespace
         and prosecdef
         and prorettype <> 'trigger'::regtype
         and exists (
           select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0 and privilege_type = 'EXECUTE'
         )
      union all
      -- 2. The engine's own list says which there must be.
      select format('the trigger %s of %s is missing or switched off: %s', t.name, t.relation, case t.name
               when 'operations_expand' then 'an INSERT starts nothing'
               when 'operations_take_along' then 'a DELETE leaves jobs and actions behind'
               when 'operations_take_along_all' then 'a TRUNCATE leaves jobs and actions behind'
               when 'attempts_stamp_failure' then 'the view failures does not see what fails'
               else 'the engine relies on it'
             end),
             case when g.oid is null then 'backops migrate up' else format('alter table %s enable trigger %s;', t.relation, t.name) end
        from engine e
       cross join jsonb_object_keys(e.objects) as o (object)
       cross join lateral (select split_part(o.object, ' ', 2) as name, split_part(o.object, ' ', 4) as relation) as t
        left join pg_trigger g on g.tgrelid = to_regclass(t.relation) and g.tgname = t.name
       where o.object like 'trigger %' and (g.oid is null or g.tgenabled not in ('O', 'A'))
      union all
      select format('row level security is on for table %s%s', c.oid::regclass, case
               when c.relforcerowsecurity then ', even for its owner, as whom the functions of this schema run'
               else ' and it has no policy: nobody but its owner sees or inserts a row'
             end),
             format('alter table %s no force row level security, disable row level security; or backops migrate up, as its owner', c.oid::regclass)
        from pg_class c
       where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
         and c.relrowsecurity
         and (c.relforcerowsecurity or not exists (select from pg_policy p where p.polrelid = c.oid))
      union all
      select format('table %s is unlogged: a crash of the server empties it', oid::regclass),
             format('alter table %s set logged;', oid::regclass)
        from pg_class
       where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and relpersistence <> 'p'
      union all
      select format('table %s is published without a replica identity: nothing in it can be updated or deleted', c.oid::regclass),
             format('alter table %s replica identity default;', c.oid::regclass)
        from pg_class c
       where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and c.relreplident = 'n'
         and exists (
           select from pg_publication_tables t join pg_publication p on p.pubname = t.pubname and (p.pubupdate or p.pubdelete)
            where t.schemaname = current_schema() and t.tablename = c.relname
         )
      union all
      select format('table %s has the rule %s: PostgreSQL does something else than the engine asks for', ev_class::regclass, rulename),
             format('drop rule %I on %s;', rulename, ev_class::regclass)
        from pg_rewrite r
        join pg_class c on c.oid = r.ev_class and c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
      union all
      select format('%s belongs to %s, operations to %s', o.name, pg_get_userbyid(o.owner), pg_get_userbyid(t.relowner)),
             'Give everything in this schema to one role: alter … owner to ….'
        from (
          select relname::text as name, relowner as owner from pg_class where relnamespace = current_schema()::regnamespace
          union all
          select oid::regprocedure::text, proowner from pg_proc where pronamespace = current_schema()::regnamespace
        ) as o
        join pg_class t on t.oid = 'operations'::regclass and t.relowner <> o.owner
    ) as found
$$;
comment on function violations_of_the_schema() is 'The part of invariants() that looks at the schema itself.';
