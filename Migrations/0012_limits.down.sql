-- Nobody is left before a limit, and none is in use: the engine of the version before would let everybody run at once.
do $$
begin
  if exists (select from jobs where queue = '/limits' or operation_slot is not null or action_slot is not null)
    or exists (select from actions a join operations o on o.id = a.operation_id where a.limits is not null and o.state = 'active')
    or exists (select from definition_actions a join definitions d on d.id = a.definition_id where a.limits is not null)
  then
    raise exception using errcode = 'OP003', message = 'there are plans with limits, or active operations of such, which the version before does not know',
      hint = 'Cancel those operations, and delete the definitions that have limits.';
  end if;
end
$$;
delete from definition_actions a where not exists (select from definitions d where d.id = a.definition_id);
drop index jobs_limits_idx, jobs_line_idx, jobs_operation_slot_idx;
alter table jobs
  drop constraint jobs_in_line_whole,
  drop column operation_slot, drop column action_slot, drop column gate, drop column ticket, drop column came_at;
comment on column jobs.queue is 'Queue that the job waits in; "/waits", which no worker serves, at a wait.';
alter table actions drop column limits;
alter table definition_actions drop column limits;
drop table limit_releases, limit_gates, limits;
drop domain limit_name;
