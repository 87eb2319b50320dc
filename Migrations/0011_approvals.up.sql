-- Approvals: waits that people end, and the record of who decided what.

alter table actions drop constraint actions_wait_outcome_is_known;
alter table actions add constraint actions_wait_outcome_is_known
  check (wait_outcome in ('signalled', 'timed_out', 'slept', 'woken', 'approved', 'rejected'));
comment on column actions.wait is
  'What the operation waits for at this step, which no worker runs; null for an action. {"for": seconds}, {"until": global}, '
  '{"signals": [names], "timeout": seconds, "on_timeout": "fail", "go_on" or {"branch": name}, "as": global}, or {"approval": name, "role": role, '
  '"question": text, "timeout": seconds, "on_timeout": …, "on_rejected": …, "as": global, "remind": {"after": seconds, "operation": name}}.';
comment on column actions.wait_outcome is 'How the wait ended: signalled, timed_out, slept, woken (by wake_up), approved, or rejected.';
comment on column jobs.run_at is
  'Due from this time on, and the deadline of a wait, or the time of an approval''s reminder if that comes first; infinity while the operation is parked, or '
  'waits for as long as it takes.';

alter table jobs add column waits_for text
  constraint jobs_waits_for_is_known check (waits_for in ('sleep', 'signal', 'approval'));
update jobs j
   set waits_for = case when a.wait ? 'signals' then 'signal' else 'sleep' end
  from actions a
 where j.waits_since is not null and a.operation_id = j.operation_id and a.position = j.position;
create index jobs_waiting_idx on jobs (waits_for, waits_since) where waits_since is not null;
comment on column jobs.waits_for is 'What the operation waits for while waits_since is set: sleep, signal or approval.';
comment on index jobs_waiting_idx is 'Operations at waits of a kind, the oldest first: what wait_depth counts.';
alter table queue_samples add column waits jsonb not null default '[]';
comment on column queue_samples.waits is 'The rows of wait_depth, as far as metrics show them.';

create table approvals (
  id           bigint      generated always as identity constraint approvals_pkey primary key,
  operation_id bigint      not null,
  position     integer     not null,
  run          integer     not null,
  name         signal_name not null,
  role         text,
  question     text,
  asked_at     timestamptz not null default clock_now(),
  deadline     timestamptz,
  remind_at    timestamptz,
  reminded_at  timestamptz,
  decision     text,
  decided_by   text,
  vouched_by   text,
  decided_at   timestamptz,
  reason       text,
  constraint approvals_decision_is_known check (decision in ('approved', 'rejected', 'lapsed', 'withdrawn')),
  constraint approvals_decided_whole check (
    (decision is null) = (decided_at is null)
    and coalesce(decision in ('approved', 'rejected'), false) = (decided_by is not null)
    and (decided_by is null) = (vouched_by is null)
  )
);
create unique index approvals_pending_idx on approvals (operation_id) where decision is null;
create index approvals_inbox_idx on approvals (id) where decision is null;
create index approvals_operation_idx on approvals (operation_id, id);
comment on table approvals is
  'What people were asked to approve, and what they decided: one row each time an operation came to an approval. Written by the engine, decide and extend; '
  'gone with the operation.';
comment on column approvals.id is 'In the order in which they were asked.';
comment on column approvals.operation_id is 'The operation.';
comment on column approvals.position is 'The step of the plan.';
comment on column approvals.run is 'The run of that step.';
comment on column approvals.name is 'What decide calls it.';
comment on column approvals.role is 'Who may decide: a database role, or a role of approvers; null for everybody who may call decide.';
comment on column approvals.question is 'What was asked, with the globals that it names as they were then.';
comment on column approvals.asked_at is 'When the operation came to it.';
comment on column approvals.deadline is 'Until when it can be decided; null for as long as it takes. extend and reschedule move it.';
comment on column approvals.remind_at is 'When to remind; null for never.';
comment on column approvals.reminded_at is 'When the operation was enqueued that reminds.';
comment on column approvals.decision is
  'approved, rejected, lapsed (nobody decided in time), withdrawn (the operation was cancelled or led elsewhere); null while it is pending.';
comment on column approvals.decided_by is 'Who decided, in the words of the caller, who vouches for it.';
comment on column approvals.vouched_by is 'Database role that was logged in.';
comment on column approvals.decided_at is 'When it was decided, lapsed or was withdrawn.';
comment on column approvals.reason is 'Why, in the words of whoever decided.';
comment on index approvals_pending_idx is 'What is pending: one approval of an operation at the most.';
comment on index approvals_inbox_idx is 'What is pending in the order in which it was asked, however much was decided before.';
comment on index approvals_operation_idx is 'All approvals of an operation.';

create table approvers (
  role   text not null,
  member text not null,
  constraint approvers_pkey primary key (role, member),
  constraint approvers_are_named check (role <> '' and member <> ''),
  constraint approvers_are_short check (length(role) <= 200 and length(member) <= 200)
);
comment on table approvers is
  'Who may decide for a role that is no database role, in the application''s own names. INSERT INTO backops.approvers VALUES (''finance'', ''ann@example.com'')';
comment on column approvers.role is 'The role that a plan names. One that is a database role, too, is that: what stands here does not count then.';
comment on column approvers.member is 'Who may decide: what decide is given as decided_by.';
