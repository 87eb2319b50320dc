-- Nobody is left at a wait: the engine of the version before would never let it go on.
do $$
begin
  if exists (select from jobs where queue = '/waits') or exists (
    select from definition_actions a join definitions d on d.id = a.definition_id where a.wait is not null
  ) then
    raise exception using errcode = 'OP003', message = 'there are plans with waits, or operations at one, which the version before does not know',
      hint = 'Cancel those operations, and delete the definitions that have waits.';
  end if;
end
$$;
delete from definition_actions a where not exists (select from definitions d where d.id = a.definition_id);
drop table signals;
drop index jobs_waits_idx;
alter table jobs drop column waits_since;
alter table actions drop column wait, drop column wait_outcome;
alter table definition_actions drop column wait;
drop domain signal_name, signal_payload;
comment on column jobs.run_at is 'Due from this time on; infinity while the operation is parked.';
comment on column jobs.queue is 'Queue that the job waits in.';
