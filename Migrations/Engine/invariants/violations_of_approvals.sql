create or replace function violations_of_approvals() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  select 'approvals_are_asked', coalesce(j.operation_id, p.operation_id), coalesce(j.position, p.position), null::bigint,
         case when p.id is null then 'it waits for an approval that nobody is asked for'
              else format('the approval "%s" is pending, and the operation does not wait for it', p.name) end,
         case
           when p.id is null then format('select %1$I.point_at(o, %2$s) from %1$I.operations o where id = %3$s; -- asks for it', current_schema(), j.position, j.operation_id)
           else format('update %1$I.approvals set decision = ''withdrawn'', decided_at = %1$I.clock_now() where id = %2$s; -- takes it back', current_schema(), p.id)
         end
    from (
      select j.operation_id, j.position, a.run, a.wait ->> 'approval' as name
        from jobs j
        join actions a on a.operation_id = j.operation_id and a.position = j.position
       where j.queue = '/waits' and j.waits_since is not null and a.wait ? 'approval'
    ) as j
    full join (select id, operation_id, position, run, name::text as name from approvals where decision is null) as p
      on p.operation_id = j.operation_id and p.position = j.position and p.run = j.run and p.name = j.name
   where j.operation_id is null or p.id is null
  union all
  select 'approvals_keep_deadlines', j.operation_id, j.position, null,
         format('its job is due at %s, and the approval "%s" at %s', j.run_at, p.name, d.due),
         format('update %I.jobs set run_at = %L where operation_id = %s; -- mends it', current_schema(), d.due, j.operation_id)
    from jobs j
    join approvals p on p.operation_id = j.operation_id and p.position = j.position and p.decision is null
   cross join lateral (select coalesce(least(p.deadline, case when p.reminded_at is null then p.remind_at end), 'infinity') as due) as d
   where j.waits_since is not null and j.run_at <> d.due
  union all
  select 'approvals_end_steps', coalesce(a.operation_id, p.operation_id), coalesce(a.position, p.position), null,
         case
           when a.position is null then format('the approval "%s" is of an operation or a step that is not there', p.name)
           when a.wait is null or not a.wait ? 'approval' then format('%s asks for nothing, and has the approval "%s"', a.branch || '/' || a.name, p.name)
           when p.run > a.run then format('the approval "%s" is of run %s of %s', p.name, p.run, a.run)
           else format('%s ended as %s, and its approval as %s', a.branch || '/' || a.name, a.wait_outcome, coalesce(p.decision, 'none'))
         end,
         'A row was written by hand: look at approval_status and action_status.'
    from (select * from actions where wait is not null) as a
    full join (
      select distinct on (operation_id, position, run) operation_id, position, run, name, decision from approvals order by operation_id, position, run, id desc
    ) as p on p.operation_id = a.operation_id and p.position = a.position and p.run = a.run
   where case
     when a.position is null then not exists (
       select from actions x where x.operation_id = p.operation_id and x.position = p.position and x.wait ? 'approval' and p.run < x.run
     )
     when not a.wait ? 'approval' then p.run is not null
     when a.wait_outcome is null then false
     else p.decision is distinct from case a.wait_outcome when 'timed_out' then 'lapsed' else a.wait_outcome end
   end
$$;
comment on function violations_of_approvals() is 'The part of invariants() about approvals.';
