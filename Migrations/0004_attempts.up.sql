-- The history of attempts, and what they logged.

create table attempts (
  id           bigint generated always as identity constraint attempts_pkey primary key,
  operation_id bigint      not null,
  position     integer     not null,
  run          integer     not null,
  attempt      integer     not null,
  outcome      text        not null,
  ends_operation boolean   not null default false,
  worker_id    bigint,
  worker       text,
  claim_id     bigint,
  started_at   timestamptz,
  ended_at     timestamptz not null,
  error_type   text,
  error_message text,
  stack_trace  text,
  fingerprint  text,
  constraint attempts_outcome_is_known check (outcome in
    ('completed', 'failed', 'timed_out', 'crashed', 'snoozed', 'released', 'cancelled', 'refused'))
);
create index attempts_operation_idx on attempts (operation_id, id);
create index attempts_ended_operations_idx on attempts (operation_id) where ends_operation;
create index attempts_fingerprint_idx on attempts (fingerprint, ended_at) where fingerprint is not null;
comment on table attempts is
  'Every attempt that did not simply succeed, as long as its operation is there: failures, crashes, snoozes, hand-backs, and completions that a jump back made undone.';
comment on column attempts.id is 'In the order in which they ended.';
comment on column attempts.operation_id is 'The operation.';
comment on column attempts.position is 'The action''s place in the plan.';
comment on column attempts.run is 'The run of the action that it belonged to.';
comment on column attempts.attempt is 'Which attempt of that run, from 1, over all retries; snoozes and hand-backs give their number back; 0 is no attempt at all.';
comment on column attempts.outcome is
  'failed, timed_out, crashed (its worker died), snoozed, released (handed back), cancelled, completed (and later run again), refused (could not start).';
comment on column attempts.ends_operation is 'True where it made the operation fail.';
comment on column attempts.worker_id is 'Worker that ran it.';
comment on column attempts.worker is 'That worker in words: host and process id.';
comment on column attempts.claim_id is 'The claim that it ran under.';
comment on column attempts.started_at is 'When it was claimed.';
comment on column attempts.ended_at is 'When it ended.';
comment on column attempts.error_type is 'Type of the error.';
comment on column attempts.error_message is 'Message of the error.';
comment on column attempts.stack_trace is 'Where it was thrown.';
comment on column attempts.fingerprint is
  'The group in failures that it counts in: set for the attempt that an operation has failed by, for as long as it has failed.';
comment on index attempts_operation_idx is 'The history of one operation.';
comment on index attempts_fingerprint_idx is 'Groups what has failed; success never touches it.';
comment on index attempts_ended_operations_idx is 'Finds failed operations without an index on their state, which would make every completion more expensive.';

create table attempt_logs (
  operation_id bigint      not null,
  claim_id     bigint      not null,
  number       integer     not null,
  position     integer     not null,
  run          integer     not null,
  attempt      integer     not null,
  logged_at    timestamptz not null,
  level        text        not null,
  message      text        not null,
  metadata     jsonb       not null default '{}',
  constraint attempt_logs_pkey primary key (operation_id, claim_id, number),
  constraint attempt_logs_level_is_known check (level in ('trace', 'debug', 'info', 'notice', 'warning', 'error', 'critical'))
);
comment on table attempt_logs is
  'What actions logged, one row per line, where their worker stores it (WorkerConfiguration.attemptLogs): written with the outcome of the '
  'attempt, never line by line, so a crash loses the lines of what ran. Gone with the operation. SELECT logged_at, level, message, metadata '
  'FROM backops.attempt_logs WHERE operation_id = 48213 ORDER BY claim_id, number';
comment on column attempt_logs.operation_id is 'The operation.';
comment on column attempt_logs.claim_id is 'The claim of the attempt: claims grow with time, so claim_id, number is the order of an operation''s lines.';
comment on column attempt_logs.number is 'Place of the line in its attempt, from 1; what is left out for want of room leaves a gap.';
comment on column attempt_logs.position is 'The action''s place in the plan.';
comment on column attempt_logs.run is 'The run of the action.';
comment on column attempt_logs.attempt is 'The attempt of that run.';
comment on column attempt_logs.logged_at is 'When it was logged, by the clock of the worker''s host.';
comment on column attempt_logs.level is 'trace, debug, info, notice, warning, error or critical.';
comment on column attempt_logs.message is 'The message, cut off after some kB.';
comment on column attempt_logs.metadata is 'The metadata of the line as an object of texts, without what the columns say.';
