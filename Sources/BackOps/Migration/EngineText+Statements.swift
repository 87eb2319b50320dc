/// The statements that put an engine's text into a schema, and take it out again.
extension EngineText {
    /// Replaces all functions and views by those of this library; drops those that it has no more.
    var apply: String {
        // Bodies name functions that come later.
        var script = "set local check_function_bodies = off;\n\n"
        for file in inOrder() {
            script += "-- \(file.path)\n\n\(file.text)\n"
        }
        return script + dropObjects(except: objects) + record + Self.enableTriggers + Self.acceptInserts
    }

    /// Drops all functions and views.
    var remove: String { dropObjects(except: []) + "delete from engine;\n\n" }

    private var record: String {
        """
        insert into engine as e (release, checksum, objects)
          select '\(Release.version)', '\(checksum)', jsonb_object_agg(o.object, md5(p.prosrc))
            from unnest(\(Self.array(objects))) as o (object)
            left join pg_proc p on p.oid = case when o.object like 'function %' then to_regprocedure(substr(o.object, 10)) end
          on conflict (singleton) do update
            set release = excluded.release, checksum = excluded.checksum, objects = excluded.objects, applied_at = excluded.applied_at;


        """
    }

    /// Nothing is dropped that objects of others depend on: these are named instead.
    private func dropObjects(except kept: [String]) -> String {
        """
        do $$
        declare
          v record;
          v_detail text;
        begin
          for v in
            select string_agg(n.name, ', ' order by n.name) as names, n.kind
              from engine e
             cross join jsonb_object_keys(e.objects) as o (object)
             cross join lateral (
               select split_part(o.object, ' ', 1) as kind, substr(o.object, position(' ' in o.object) + 1) as name
             ) as n
             where o.object <> all (\(Self.array(kept)))
             group by n.kind, case n.kind when 'trigger' then n.name end
             order by array_position('{trigger,view,function,type}', n.kind)
          loop
            execute format('drop %s if exists %s', v.kind, v.names);
          end loop;
        exception
          when dependent_objects_still_exist then
            get stacked diagnostics v_detail = pg_exception_detail;
            raise exception using errcode = 'dependent_objects_still_exist',
              message = 'this release of BackOps changes functions or views that objects of yours depend on',
              detail = v_detail,
              hint = 'Drop these objects, run `backops migrate up` again, and create them again.';
        end
        $$;


        """
    }

    private static func array(_ names: [String]) -> String {
        "array[" + names.map { "'\($0)'" }.joined(separator: ", ") + "]::text[]"
    }

    /// Without the engine's trigger, an INSERT would make an operation that never runs.
    static let refuseInserts = """
        do $do$
        begin
          if to_regclass('operations') is not null then
            create or replace function without_engine() returns trigger
              language plpgsql
              set search_path from current
            as $$
            begin
              raise exception using errcode = 'object_not_in_prerequisite_state',
                message = format('the schema %s has no functions at the moment: its steps were taken back, or not all of them were taken', tg_table_schema),
                hint = 'Run `backops migrate up`, then INSERT again.';
            end
            $$;
            create or replace trigger operations_need_an_engine
              before insert on operations for each statement execute function without_engine();
          end if;
        end
        $do$;

        """

    /// A trigger that is there is not created again, so it is still switched off if somebody has done that.
    private static let enableTriggers = """
        do $$
        declare
          v record;
        begin
          for v in
            select t.tgname, t.tgrelid::regclass as relation
              from engine e
             cross join jsonb_object_keys(e.objects) as o (object)
              join pg_trigger t on t.tgname = split_part(o.object, ' ', 2) and t.tgrelid = to_regclass(split_part(o.object, ' ', 4))
             where o.object like 'trigger %' and t.tgenabled not in ('O', 'A')
          loop
            execute format('alter table %s enable trigger %I', v.relation, v.tgname);
          end loop;
        end
        $$;


        """

    /// Locks the table only where there is something to drop.
    private static let acceptInserts = """
        do $$
        begin
          if to_regprocedure('without_engine()') is not null then drop function without_engine() cascade; end if;
        end
        $$;

        """

    /// Notes who else was given rights on functions and views that will be dropped and created again.
    static let keepGrants = """
        do $$
        begin
          perform set_config('backops.kept_grants', coalesce(jsonb_agg(
                    format('grant %s on %s to %s%s', g.privilege_type, g.object, g.grantee::regrole, case when g.is_grantable then ' with grant option' end)
                  )::text, '[]'), true)
            from (
              select 'function ' || p.oid::regprocedure as object, p.proowner as owner, a.*
                from pg_proc p cross join aclexplode(p.proacl) as a
               where p.pronamespace = current_schema()::regnamespace
              union all
              select 'table ' || c.oid::regclass, c.relowner, a.*
                from pg_class c cross join aclexplode(c.relacl) as a
               where c.relnamespace = current_schema()::regnamespace and c.relkind = 'v'
            ) as g
           where g.grantee not in (0, g.owner);
        end
        $$;

        """

    /// Gives these rights again, but for those on what exists no more.
    static let restoreGrants = """
        do $$
        declare
          v_grant text;
        begin
          for v_grant in select jsonb_array_elements_text(current_setting('backops.kept_grants')::jsonb) loop
            begin
              execute v_grant;
            exception
              when undefined_function or undefined_table then
                null;
            end;
          end loop;
        end
        $$;

        """
}
