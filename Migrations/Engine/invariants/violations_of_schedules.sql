create or replace function violations_of_schedules() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  select 'schedules_go_on', null::bigint, null::integer, null::bigint,
         format('the schedule "%s" ', s.name) || case
           when s.next_at <= s.decided_until then format('has the next slot %s, which is decided already', s.next_at)
           when s.undeclared_at is not null then 'is not declared any more, and looked at nevertheless'
           when s.paused_at is not null then 'is paused, and looked at when its pause does not end'
           else 'has slots to come, and is never looked at'
         end,
         format('SELECT pause_schedule(%1$L); SELECT resume_schedule(%1$L); find its next slot again.', s.name)
    from schedules s
   where s.next_at <= s.decided_until
      or s.undeclared_at is not null and s.due_at is not null
      or s.undeclared_at is null and s.paused_at is not null and s.due_at is distinct from s.paused_until
      or s.undeclared_at is null and s.paused_at is null and s.due_at is null and coalesce(s.next_at, s.buffered_slot) is not null
  union all
  select 'slots_run_once', min(o.id), null, null,
         format('the slot %s of the schedule "%s" has %s operations with a key', o.slot, o.schedule, count(*)),
         'Cancel those that are too many.'
    from operations o
   where o.slot is not null and o.key not like '%/now'
   group by o.schedule, o.slot
  having count(*) > 1
$$;
comment on function violations_of_schedules() is 'The part of invariants() that begins at schedules.';
