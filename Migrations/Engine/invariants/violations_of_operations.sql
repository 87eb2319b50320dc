create or replace function violations_of_operations() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  with plan as materialized (
    select coalesce(o.id, a.operation_id) as operation_id, o.id is null as is_orphan, o.state, o.parked_at, o.stopped_position, o.ended_at,
           o.created_at,
           count(a.position) as actions,
           count(a.position) = coalesce(max(a.position), 0) and coalesce(min(a.position), 1) = 1 as is_dense,
           coalesce(bool_or(a.branch = 'main'), false) as has_main,
           min(a.position) filter (where a.branch = 'main' and a.completed_at is null and a.skipped_at is null) as open_in_main,
           coalesce(bool_or(o.ended_at in (a.completed_at, a.skipped_at)), false) as ends_with_an_action
      from operations o
      full join actions a on a.operation_id = o.id
     group by o.id, a.operation_id
  )
  select 'plan_is_complete', operation_id, null::integer, null::bigint,
         case
           when is_orphan then 'there are actions without an operation'
           when actions = 0 then format('%s, without a single action', state)
           when not is_dense then 'its positions are not 1, 2, 3 …'
           else 'it has no branch "main"'
         end,
         case
           when is_orphan then format('delete from actions where operation_id = %s removes them.', operation_id)
           else 'Enqueue it again: its plan is lost.'
         end
    from plan
   where is_orphan
      or actions = 0 and parked_at is null and (state <> 'cancelled' or stopped_position is not null)
      or not is_dense
      or actions > 0 and not has_main
  union all
  select 'completed_means_done', operation_id, open_in_main, null,
         case when open_in_main is not null then 'completed, though an action of main is open' else 'completed at another time than its last action' end,
         'run_from(id, branch, action) runs it from an action on.'
    from plan
   where state = 'completed' and actions > 0 and (open_in_main is not null or not ends_with_an_action)
  union all
  select 'stop_is_recorded', o.id, o.stopped_position, null,
         case
           when o.state in ('active', 'completed') then format('%s, with a place or a reason to have stopped', o.state)
           when o.parked_at is not null then format('%s and parked at the same time', o.state)
           when o.state = 'cancelled' then 'cancelled, without an open action where it would go on'
           else 'failed, without the action and the attempt that ended it'
         end,
         'run_from(id, branch, action) lets it go on at an action that you name.'
    from plan p
    join operations o on o.id = p.operation_id
    left join actions a on a.operation_id = o.id and a.position = o.stopped_position and a.completed_at is null and a.skipped_at is null
   where p.actions > 0 and case o.state
     when 'failed' then
       a.errored_at is distinct from o.ended_at or not exists (
         select from attempts t
          where t.operation_id = o.id and t.ends_operation and t.position = o.stopped_position and t.ended_at = o.ended_at
       )
     when 'cancelled' then a.position is null
     else o.stopped_position is not null or o.stop_reason is not null
   end
   or o.state <> 'active' and o.parked_at is not null
  union all
  select 'keys_are_unique', min(id), null, null,
         format('%s operations "%s" have the key "%s"', count(*), name, key),
         'Its index is damaged, perhaps by a change of the collation: delete the surplus, then reindex index operations_name_key_idx.'
    from operations
   where key is not null
   group by name, key
  having count(*) > 1
  union all
  select 'keys_are_unique', min(o.id), null, null,
         format('%s active operations "%s" have the key "%s"', count(*), o.name, o.active_key),
         'Cancel all but one of them. One of them was written past the trigger operations_settle_key.'
    from jobs j
    join operations o on o.id = j.operation_id
   where o.key_mode in ('unless_active', 'cancel_and_replace')
   group by o.name, o.active_key
  having count(*) > 1
$$;
comment on function violations_of_operations() is 'The part of invariants() that begins at operations.';
