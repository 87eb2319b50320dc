-- Nobody is left before a rate, and none is in use: the engine of the version before would let everybody start at once.
do $$
begin
  if exists (select from actions a join operations o on o.id = a.operation_id where a.limits ? 'rate' and o.state = 'active')
    or exists (select from definition_actions a join definitions d on d.id = a.definition_id where a.limits ? 'rate')
  then
    raise exception using errcode = 'OP003', message = 'there are plans with rates, or active operations of such, which the version before does not know',
      hint = 'Cancel those operations, and delete the definitions that have rates.';
  end if;
end
$$;
delete from definition_actions a where not exists (select from definitions d where d.id = a.definition_id);
alter table jobs drop column paced_at;
comment on column jobs.gate is 'The gate in whose line it waits.';
comment on column limit_releases.gate is 'Of what; with a slash before it, a limit whose maximum has changed.';
comment on column actions.limits is
  'What must be held while the action runs; null for nothing. {"action": {"name": limit, "by": global}}, and "operation" beside it, which the operation '
  'keeps from its first action to its end, or with "free_while_waiting": true until its next wait.';
delete from limit_releases where gate like '/rate/%';
drop table rate_gates, rates;
