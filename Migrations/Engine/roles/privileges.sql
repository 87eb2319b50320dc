-- Nobody but the owner of the schema has any right on its tables beyond what is listed. What the others may do they do by functions
-- that run with the owner's rights, which obey the same rules for everybody, and by views.

create or replace function privileges() returns table (kind text, name text, role text, privilege text, columns text)
  language sql stable
  set search_path from current
as $$
  -- Kinds are table, view, function (of all argument lists), and part: a function that is granted because a view or a default calls it.
  select 'table', 'operations', 'enqueue', 'insert', 'name, key, key_mode, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals'
  union all
  select 'table', 'operations', role, 'select', 'id, name, state, key, key_mode, active_key' from unnest('{enqueue,worker}'::text[]) as role
  union all
  select 'table', 'operations', 'operator', 'select',
         'id, name, state, key, key_mode, active_key, queue, priority, perform_at, step_limit, created_at, ended_at, completed_at, parked_at, stopped_position, stop_reason, '
         'enqueued_by, traceparent, tags, branches, schedule, slot'
  union all
  select 'table', name, 'operator', 'select', null from unnest('{actions,jobs,operation_keys}'::text[]) as name
  union all
  select 'table', name, role, 'select', null
    from unnest('{attempts,attempt_logs,definitions,definition_actions,workers,queues,skipped_slots,approvers,migrations,engine}'::text[]) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'table', name, 'worker', 'select', null from unnest('{definitions,workers,migrations,engine}'::text[]) as name
  union all
  -- Workers vacuum the table themselves; before PostgreSQL 17 only its owner may.
  select 'table', 'jobs', 'worker', 'maintain', null where current_setting('server_version_num')::integer >= 170000
  union all
  select 'view', name, role, 'select', null
    from unnest(
      '{operation_status,action_status,signal_status,approval_status,pending_approvals,timeline,audit,failures,queue_depth,wait_depth,paused_queues,worker_status,stuck,throughput,slow_actions,help,schedule_status,limit_status,limit_lines,rate_status,rate_lines,queue_limit_status,fair_queue_status,fair_queue_lines}'::text[]
    ) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'view', name, 'approver', 'select', null from unnest('{approval_status,pending_approvals}'::text[]) as name
  union all
  select 'function', name, 'approver', 'execute', null from unnest('{decide,extend,may_decide}'::text[]) as name
  union all
  select 'function', name, 'enqueue', 'execute', null from unnest('{enqueue,enqueue_many,enqueue_keyed,enqueue_keyed_many,enqueue_each,signal}'::text[]) as name
  union all
  select 'function', name, 'worker', 'execute', null
    from unnest(
      '{register_definition,register_worker,consume,back_off,heartbeat,attach_session,missing_workers,rescue,unregister_worker,unpark,
        claim,claim_suspect,next_due,held,lost_claims,missed_claim,complete,complete_many,fail,fail_many,snooze,snooze_many,release_many,
        checkpoint,report_progress,record_actions,store_logs,sampled_queue_depth,sampled_queue_limits,sampled_wait_depth,prune,schedules_due_in,run_schedules,check_schedules,declare_schedules,settle_schedules,advance_backfill}'::text[]
    ) as name
  union all
  select 'function', name, 'operator', 'execute', null
    from unnest(
      '{retry,cancel,skip,jump,run_from,set_global,reschedule,rerun,retry_where,cancel_where,wake_up,signal,signal_where,decide,extend,pause,resume,set_limit,reset_limit,set_queue_limit,set_queue_fairness,set_rate,reset_rate,close_rate,recount_limits,prune,rescue,unpark,invariants,
        schedule,unschedule,pause_schedule,resume_schedule,run_schedule,backfill_schedule}'::text[]
    ) as name
  union all
  select 'function', name, role, 'execute', null
    from unnest('{find_operations,explain,flow,wait,may_decide,next_slots,preview_slots,preview_backfill,doubtful_schedules}'::text[]) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'part', name, role, 'execute', null
    from unnest('{privileges,statement_now,sees_secrets,redacted,queue_names,front_of_queue,count_queue,count_waits,bucket_quantile,bucket_sums,duration_bucket_limits,obstacles,describe_wait,describe_limit,is_rate_gate,queue_gate,fair_queue,served_queue,counted_key,is_secret,rate_of_gate,rate_base,awaited_signals,nobody_decides,zone_time,undeclared_reason,plan_in_seconds}'::text[]) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'part', name, role, 'execute', null
    from unnest('{clock_now,now}'::text[]) as name
   cross join unnest('{enqueue,worker,operator,approver,reader}'::text[]) as role
$$;
comment on function privileges() is
  'What each of the roles may do: all of it, and nothing else. enqueue starts operations, worker runs them, operator steers, approver decides, reader looks.';

create or replace function apply_privileges() returns void
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
    -- The clock is the default of a column, so every role that may INSERT needs it, and it tells nobody anything. It is granted in words:
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

create or replace function grant_privileges(p_role text, p_grantee text) returns void
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
