create or replace function violations_of_actions() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  select 'action_is_in_one_state', a.operation_id, a.position, null::bigint,
         case
           when a.completed_at is not null and a.skipped_at is not null then 'it is completed and skipped'
           when a.completed_at is null then 'it has an error, but no time of it'
           when a.errored_at is not null or a.error_type is not null then 'it is completed, but carries an error'
           when a.completed_claim_id is null or a.started_at is null then 'it is completed, but nobody claimed it'
           else 'it was completed before the operation was enqueued'
         end,
         'Look at the operation: action_status and attempts tell what happened. Then correct the row.'
    from actions a
    join operations o on o.id = a.operation_id
   where a.completed_at is not null and (
           a.skipped_at is not null
           or coalesce(a.errored_at::text, a.error_type, a.error_message, a.stack_trace) is not null
           or a.completed_claim_id is null
           or a.started_at is null
           -- A clock that was set back a little is no fault of the tables.
           or a.completed_at < o.created_at - interval '1 minute'
         )
      or a.errored_at is null and coalesce(a.error_type, a.error_message, a.stack_trace) is not null
  union all
  select 'branch_runs_in_order', a.operation_id, a.position, null,
         format('%s/%s has ended, though %s before it is open', a.branch, a.name, b.name),
         'run_from(id, branch, action) runs the branch from the open action on.'
    from actions a
    join actions b on b.operation_id = a.operation_id and b.position = a.position - 1 and b.branch = a.branch
   where (a.completed_at is not null or a.skipped_at is not null) and b.completed_at is null and b.skipped_at is null
  union all
  select 'plan_is_complete', operation_id, min(position), null,
         format('branch "%s" lies in pieces', branch),
         'Correct the branch of the actions that lie apart.'
    from actions
   group by operation_id, branch
  having max(position) - min(position) + 1 <> count(*)
  union all
  select 'plan_is_complete', null, null, null,
         case
           when count(*) filter (where d.current) = 0 then format('no definition of "%s" is the current one', d.name)
           else format('a definition of "%s" does not have exactly one first action', d.name)
         end,
         'Start a worker that knows it: it registers its plan.'
    from definitions d
    left join lateral (select count(*) as count from definition_actions a where a.definition_id = d.id and a.starts) as start on true
   group by d.name
  having count(*) filter (where d.current) = 0 or bool_or(start.count <> 1)
$$;
comment on function violations_of_actions() is 'The part of invariants() that begins at actions and definitions.';
