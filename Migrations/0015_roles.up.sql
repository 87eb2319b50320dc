-- Roles: who may do what, in one list, and the functions that apply it.
--
-- Nobody but the owner of the schema has any right on its tables beyond what is listed. What the others may do they do by functions
-- that run with the owner's rights, which obey the same rules for everybody, and by views.

create function privileges() returns table (kind text, name text, role text, privilege text, columns text)
  language sql stable
  set search_path from current
as $$
  -- Kinds are table, view, function (of all argument lists), and part: a function that is granted because a view or a default calls it.
  select 'table', 'operations', 'enqueue', 'insert', 'name, key, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals'
  union all
  select 'table', 'operations', role, 'select', 'id, name, state, key' from unnest('{enqueue,worker}'::text[]) as role
  union all
  select 'table', 'operations', 'operator', 'select',
         'id, name, state, key, queue, priority, perform_at, step_limit, created_at, ended_at, completed_at, parked_at, stopped_position, stop_reason, '
         'enqueued_by, traceparent, tags, branches'
  union all
  select 'table', name, 'operator', 'select', null from unnest('{actions,jobs}'::text[]) as name
  union all
  select 'table', name, role, 'select', null
    from unnest('{attempts,attempt_logs,definitions,definition_actions,workers,queues,migrations}'::text[]) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'table', name, 'worker', 'select', null from unnest('{definitions,workers,migrations}'::text[]) as name
  union all
  -- Workers vacuum the table themselves; before PostgreSQL 17 only its owner may.
  select 'table', 'jobs', 'worker', 'maintain', null where current_setting('server_version_num')::integer >= 170000
  union all
  select 'view', name, role, 'select', null
    from unnest(
      '{operation_status,action_status,timeline,audit,failures,queue_depth,paused_queues,worker_status,stuck,throughput,slow_actions,help}'::text[]
    ) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'function', name, 'enqueue', 'execute', null from unnest('{enqueue,enqueue_many}'::text[]) as name
  union all
  select 'function', name, 'worker', 'execute', null
    from unnest(
      '{register_definition,register_worker,heartbeat,attach_session,missing_workers,rescue,unregister_worker,unpark,
        claim,claim_suspect,next_due,held,lost_claims,missed_claim,complete,complete_many,fail,fail_many,snooze,snooze_many,release_many,
        checkpoint,report_progress,record_actions,store_logs,sampled_queue_depth,prune}'::text[]
    ) as name
  union all
  select 'function', name, 'operator', 'execute', null
    from unnest(
      '{retry,cancel,skip,jump,run_from,set_global,reschedule,rerun,retry_where,cancel_where,pause,resume,prune,rescue,unpark,invariants}'::text[]
    ) as name
  union all
  select 'function', name, role, 'execute', null
    from unnest('{find_operations,explain,flow,wait}'::text[]) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'part', name, role, 'execute', null
    from unnest('{privileges,statement_now,sees_secrets,redacted,queue_names,front_of_queue,count_queue,bucket_quantile,bucket_sums,duration_bucket_limits}'::text[]) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'part', name, role, 'execute', null
    from unnest('{clock_now,now}'::text[]) as name
   cross join unnest('{enqueue,worker,operator,reader}'::text[]) as role
$$;
comment on function privileges() is
  'What each of the roles may do: all of it, and nothing else. enqueue starts operations, worker runs them, operator steers, reader looks.';

create function apply_privileges() returns void
  language plpgsql
  set search_path from current
as $$
declare
  v_schema text := current_schema();
  v record;
begin
  for v in
    select p.oid::regprocedure as signature, p.proname in ('now', 'clock_now') as is_public,
           g.name is not null and p.prosqlbody is null and not p.prosecdef as becomes_definer
      from pg_proc p
      left join (select distinct g.name from privileges() as g where g.privilege = 'execute') as g on g.name = p.proname
     where p.pronamespace = v_schema::regnamespace
  loop
    -- The clock is the default of a column, so whoever may INSERT needs it, and it tells nobody anything. It is granted in words:
    -- default privileges may say that functions are not for everybody.
    if v.is_public then
      execute format('grant execute on function %s to public', v.signature);
    else
      execute format('revoke all on function %s from public', v.signature);
    end if;
    if v.becomes_definer then
      execute format('alter function %s security definer', v.signature);
    end if;
  end loop;

  for v in
    select r.rolname, g.role
      from (select distinct g.role from privileges() as g) as g
      join pg_roles r on r.rolname = v_schema || '_' || g.role
     order by r.rolname
  loop
    execute format('revoke all on all tables in schema %I from %I', v_schema, v.rolname);
    execute format('revoke all on all functions in schema %I from %I', v_schema, v.rolname);
    execute format('grant usage on schema %I to %I', v_schema, v.rolname);
    perform grant_privileges(v.role, v.rolname);
  end loop;
end
$$;
comment on function apply_privileges() is
  'Makes the rights in this schema what privileges() says, for those of the roles that exist; every migration ends with it. Rights that were given to '
  'other roles stay.';

-- Locks: exclusively, each of the tables that it changes; where nothing has to be changed, none.
create function lift_row_security() returns setof text
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

create function grant_privileges(p_role text, p_grantee text) returns void
  language plpgsql
  set search_path from current
as $$
declare
  v record;
begin
  for v in
    select case
             when g.privilege = 'execute' then format('grant execute on function %s to %I', p.oid::regprocedure, p_grantee)
             else format('grant %s%s on %I.%I to %I', g.privilege, ' (' || g.columns || ')', current_schema(), g.name, p_grantee)
           end as statement
      from privileges() as g
      left join pg_proc p on g.privilege = 'execute' and p.proname = g.name and p.pronamespace = current_schema()::regnamespace
     where g.role = p_role
       -- What a later step brings is granted when that step is taken.
       and (p.oid is not null or to_regclass(format('%I.%I', current_schema(), g.name)) is not null)
  loop
    execute v.statement;
  end loop;
end
$$;
comment on function grant_privileges(text, text) is 'Grants what privileges() lists for one of the roles.';

create function create_roles() returns setof text
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
  'Creates the roles SCHEMA_enqueue, SCHEMA_worker, SCHEMA_operator and SCHEMA_reader where they are missing, and grants them what privileges() lists; '
  'returns those that it created. Needs CREATEROLE. Then give them away: GRANT backops_worker TO shop_worker. They stay when the schema goes: other '
  'databases of the server may use them.';

create view help as
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

select apply_privileges();
