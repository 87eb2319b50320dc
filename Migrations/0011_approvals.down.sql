-- Nobody is left at an approval, and no history tells of one: the engine of the version before knows neither.
do $$
begin
  if exists (select from actions where wait ? 'approval') or exists (
    select from definition_actions a join definitions d on d.id = a.definition_id where a.wait ? 'approval'
  ) then
    raise exception using errcode = 'OP003', message = 'there are plans or operations with approvals, which the version before does not know',
      hint = format(
        'DELETE FROM %1$I.operations WHERE id IN (SELECT operation_id FROM %1$I.actions WHERE wait ? ''approval''); '
        'DELETE FROM %1$I.definitions WHERE id IN (SELECT definition_id FROM %1$I.definition_actions WHERE wait ? ''approval'');', current_schema()
      );
  end if;
end
$$;
delete from definition_actions a where not exists (select from definitions d where d.id = a.definition_id);
drop table approvers, approvals;
alter table queue_samples drop column waits;
alter table jobs drop column waits_for;
alter table actions drop constraint actions_wait_outcome_is_known;
alter table actions add constraint actions_wait_outcome_is_known check (wait_outcome in ('signalled', 'timed_out', 'slept', 'woken'));
comment on column actions.wait is
  'What the operation waits for at this step, which no worker runs; null for an action. {"for": seconds}, {"until": global}, or '
  '{"signals": [names], "timeout": seconds, "on_timeout": "fail", "go_on" or {"branch": name}, "as": global}.';
comment on column actions.wait_outcome is 'How the wait ended: signalled, timed_out, slept, or woken (by wake_up).';
comment on column jobs.run_at is
  'Due from this time on, and the deadline of a wait; infinity while the operation is parked, or waits for a signal for as long as it takes.';
