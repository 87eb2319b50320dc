-- Waits, and the signals that end them.
--
-- A wait is a step of the plan that no worker runs. While an operation is at one its job lies in a queue that no worker serves, due at
-- the deadline: what may not run is not where claims look.

create domain signal_name as text
  constraint signals_name_is_valid check (value ~ '^[^/[:cntrl:]]+$' and length(value) <= 200);
comment on domain signal_name is 'Name of a signal: 1 to 200 characters, without "/" and control characters.';
create domain signal_payload as jsonb
  constraint signals_payload_is_at_most_256_kib check (pg_column_size(value) <= 262144)
  constraint signals_payload_is_at_most_256_deep check (
    case when pg_column_size(value) < 2048 then true else not value @? 'strict $.**{256} ? (@.type() == "array" || @.type() == "object")' end
  );
comment on domain signal_payload is 'A JSON document of at most 256 KiB, with arrays and objects at most 256 deep.';

alter table definition_actions add column wait jsonb;
comment on column definition_actions.wait is 'What the operation waits for at this step, which no worker runs; null for an action.';
alter table actions add column wait jsonb, add column wait_outcome text
  constraint actions_wait_outcome_is_known check (wait_outcome in ('signalled', 'timed_out', 'slept', 'woken'));
comment on column actions.wait is
  'What the operation waits for at this step, which no worker runs; null for an action. {"for": seconds}, {"until": global}, or '
  '{"signals": [names], "timeout": seconds, "on_timeout": "fail", "go_on" or {"branch": name}, "as": global}.';
comment on column actions.wait_outcome is 'How the wait ended: signalled, timed_out, slept, or woken (by wake_up).';

alter table jobs add column waits_since timestamptz;
comment on column jobs.waits_since is 'Since when the operation is at the wait; null for one that begins at run_at, and for an action.';
comment on column jobs.run_at is
  'Due from this time on, and the deadline of a wait; infinity while the operation is parked, or waits for a signal for as long as it takes.';
comment on column jobs.queue is 'Queue that the job waits in; "/waits", which no worker serves, at a wait.';
create index jobs_waits_idx on jobs (run_at, operation_id) where queue = '/waits';
comment on index jobs_waits_idx is 'Waits in the order of their deadlines.';

create table signals (
  id            bigint         not null default nextval('audit_log_id_seq') constraint signals_pkey primary key,
  operation_id  bigint         not null,
  name          signal_name    not null,
  payload       signal_payload,
  dedup_key     operation_key,
  sent_by       text           not null default session_user::text,
  sent_at       timestamptz    not null default clock_now(),
  read_at       timestamptz,
  read_position integer,
  read_run      integer,
  constraint signals_read_whole check ((read_at is null) = (read_position is null) and (read_at is null) = (read_run is null))
);
create index signals_unread_idx on signals (operation_id, name, id) where read_at is null;
create unique index signals_dedup_idx on signals (operation_id, name, dedup_key);
comment on table signals is 'What was sent to operations: the inbox of each, and what it has read. Written by signal; gone with the operation.';
comment on column signals.id is 'In the order in which they came; numbers of audit_log and of this table come from one sequence.';
comment on column signals.operation_id is 'The operation.';
comment on column signals.name is 'What a wait names.';
comment on column signals.payload is 'What came with it.';
comment on column signals.dedup_key is 'Another one of this name and key is a duplicate; null is never one.';
comment on column signals.sent_by is 'Database role that was logged in.';
comment on column signals.sent_at is 'When it was sent.';
comment on column signals.read_at is 'When a wait read it; null while it is in the inbox.';
comment on column signals.read_position is 'The wait that read it.';
comment on column signals.read_run is 'The run of that wait.';
comment on index signals_unread_idx is 'The inbox of an operation, first in, first out for each name.';
comment on index signals_dedup_idx is 'Makes the key of a signal unique for its operation and name; all signals of an operation.';
