-- Tables, indexes and the engine's clock.
--
-- Operations and actions are what people read; jobs is what workers fight over. A job row exists exactly as long as its
-- operation is active, and its primary key is the operation: an operation can never run twice at once.
--
-- There are no foreign keys from actions and jobs to operations: they cost more than the enqueue itself (28 µs against
-- 12 µs of server time per operation of three actions), and only the engine's functions write these tables.

create function clock_now() returns timestamptz
  language sql volatile parallel safe
  return coalesce(nullif(current_setting('backops.now', true), '')::timestamptz, clock_timestamp());
comment on function clock_now() is
  'The engine''s clock: the server''s clock, or the setting backops.now of the session, by which tests move time.';

create function now() returns timestamptz
  language sql volatile parallel safe
  return clock_now();
-- Without its schema, now() is PostgreSQL's own.
do $$
begin
  execute format(
    'comment on function %I.now() is %L', current_schema(),
    'The time by which the engine decides what is due. SET backops.now = ''2026-12-24 08:00+00'' moves it for one session.'
  );
end
$$;

create function statement_now() returns timestamptz
  language sql stable parallel safe
  return coalesce(nullif(current_setting('backops.now', true), '')::timestamptz, statement_timestamp());
comment on function statement_now() is
  'The engine''s clock for views: it stands still for a statement. With a function that may change in between, the planner would take a view as it is '
  'and read all of it, whatever ORDER BY id DESC LIMIT 20 asks for.';

create sequence claim_ids as bigint;
comment on sequence claim_ids is
  'Numbers every claim and every in-place advance, so that no old claim can look current again.';

create table definitions (
  id           bigint generated always as identity constraint definitions_pkey primary key,
  name         text        not null,
  fingerprint  text        not null,
  branches     json        not null,
  current      boolean     not null default true,
  registered_at timestamptz not null default clock_now(),
  constraint definitions_name_fingerprint_key unique (name, fingerprint)
);
create unique index definitions_current_idx on definitions (name) where current;
comment on table definitions is
  'Plans by operation name, as workers registered them. The current one expands a plain INSERT; older ones stay for operations in flight.';
comment on column definitions.id is 'Number of this version of the plan.';
comment on column definitions.name is 'Name of the operation.';
comment on column definitions.fingerprint is 'SHA-256 over the actions and their options: two workers with the same plan share one row.';
comment on column definitions.branches is 'The plan as it was registered: {"main": ["A", ["B", {…options}]], …}.';
comment on column definitions.current is 'True for the version that new operations get: the one registered last.';
comment on column definitions.registered_at is 'When this version was last made the current one.';
comment on index definitions_current_idx is 'At most one current version per name; the look-up of the enqueue trigger.';

create table definition_actions (
  definition_id     bigint   not null,
  position          integer  not null,
  branch            text     not null,
  name              text     not null,
  perform_at        timestamptz,
  perform_in        interval,
  perform_at_global text,
  max_attempts      integer  not null,
  backoff           jsonb,
  timeout           interval,
  queue             text,
  starts            boolean  not null,
  constraint definition_actions_pkey primary key (definition_id, position)
);
comment on table definition_actions is 'The actions of every registered plan, one row each: what the enqueue trigger copies.';
comment on column definition_actions.definition_id is 'The version of the plan.';
comment on column definition_actions.position is 'Place in the plan, 1 to n over all branches in declared order.';
comment on column definition_actions.branch is 'Branch that the action belongs to.';
comment on column definition_actions.name is 'Name of the action.';
comment on column definition_actions.perform_at is 'Not before this time.';
comment on column definition_actions.perform_in is 'Not before this long after the operation reached the action.';
comment on column definition_actions.perform_at_global is 'Not before the time in this key of the globals.';
comment on column definition_actions.max_attempts is 'Attempts before the operation fails.';
comment on column definition_actions.backoff is 'Delay between attempts; null is the default (see backoff_delay).';
comment on column definition_actions.timeout is 'Longest time that one attempt may take.';
comment on column definition_actions.queue is 'Queue of this action; null is the queue of the operation.';
comment on column definition_actions.starts is 'True for the first action of main.';

-- What one column must be is the type of the column: a session prepares the conditions of a domain once, those of a table at every
-- statement. As ten CHECKs of the table they took 28 of the 45 µs of inserting one row; as domains they take 3.
create domain operation_name as text
  constraint operations_name_is_valid check (value ~ '^[^/[:cntrl:]]+$' and length(value) <= 200);
comment on domain operation_name is 'Name of an operation: 1 to 200 characters, without "/" and control characters.';
create domain operation_state as text
  constraint operations_state_is_known check (value in ('active', 'completed', 'failed', 'cancelled'));
comment on domain operation_state is 'active, then completed, failed or cancelled.';
create domain operation_key as text
  constraint operations_key_is_short check (value <> '' and length(value) <= 500 and octet_length(value) <= 1500);
comment on domain operation_key is
  'Idempotency key: 1 to 500 characters, and at most 1500 bytes, so that an entry of operations_name_key_idx has room for it beside any name.';
create domain queue_name as text
  constraint operations_queue_is_valid check (value ~ '^[a-z0-9_.-]+$' and length(value) <= 100);
comment on domain queue_name is 'Name of a queue: 1 to 100 lower-case letters, digits, dots, dashes and underscores.';
create domain queue_priority as smallint
  constraint operations_priority_is_0_to_9 check (value between 0 and 9);
comment on domain queue_priority is '0 is served first, 9 last.';
create domain start_time as timestamptz
  constraint operations_perform_at_is_finite check (isfinite(value));
comment on domain start_time is 'A time that can be waited for.';
create domain step_limit as integer
  constraint operations_step_limit_is_positive check (value > 0);
comment on domain step_limit is 'How many actions may complete: 1 or more.';
create domain globals_document as jsonb
  constraint operations_globals_are_an_object check (jsonb_typeof(value) = 'object')
  constraint operations_globals_are_at_most_1_mib check (pg_column_size(value) <= 1048576)
  -- A document of that depth has 8 bytes a level at the least, so small ones need no look; a compressed one may be larger than it says.
  constraint operations_globals_are_at_most_512_deep check (
    case
      when pg_column_size(value) < 4096 and pg_column_compression(value) is null then true
      else not value @? 'strict $.**{512} ? (@.type() == "array" || @.type() == "object")'
    end
  );
comment on domain globals_document is 'A JSON object of at most 1 MiB, with arrays and objects at most 512 deep.';
create domain tag_list as text[]
  constraint operations_tags_are_a_list check (
    case when array_ndims(value) > 1 or array_lower(value, 1) <> 1 then false else array_position(value, null) is null end
  );
comment on domain tag_list is 'Labels: a list of texts, none of them null.';

create table operations (
  id          bigint generated by default as identity constraint operations_pkey primary key,
  name        operation_name   not null,
  state       operation_state  not null default 'active',
  key         operation_key,
  queue       queue_name       not null default 'default',
  priority    queue_priority   not null default 5,
  perform_at  start_time       not null default clock_now(),
  step_limit  step_limit       not null default 10000,
  created_at  timestamptz      not null default clock_now(),
  ended_at    timestamptz,
  completed_at timestamptz generated always as (case when state = 'completed' then ended_at end) stored,
  parked_at   timestamptz,
  stopped_position integer,
  stop_reason text,
  enqueued_by text             not null default session_user::text,
  traceparent text             default nullif(current_setting('backops.traceparent', true), ''),
  tags        tag_list         not null default '{}',
  branches    json,
  globals     globals_document not null default '{}',
  constraint operations_ended_or_active check ((ended_at is null) = (state = 'active'))
) with (fillfactor = 50);
-- Globals of 100 kB are written in 1 ms instead of 5. A server that was built without it keeps its default.
do $$
begin
  alter table operations alter column globals set compression lz4;
exception
  when feature_not_supported then
    null;
end
$$;
create unique index operations_name_key_idx on operations (name, key) where key is not null;
create index operations_globals_idx on operations using gin (globals jsonb_path_ops);
create index operations_parked_idx on operations (name) where parked_at is not null;
comment on table operations is
  'One row per operation. INSERT (name, globals) starts one; everything else goes through the functions of this schema.';
comment on column operations.id is 'The operation''s number.';
comment on column operations.name is 'Name of its definition, or a free name where branches are given.';
comment on column operations.state is 'active, then completed, failed or cancelled.';
comment on column operations.key is 'Idempotency key: at most one operation per name and key as long as the row exists.';
comment on column operations.queue is 'Queue that its actions wait in: lower-case letters, digits, dot, dash, underscore.';
comment on column operations.priority is '0 is served first, 9 last.';
comment on column operations.perform_at is 'The first action does not start before.';
comment on column operations.step_limit is 'Completed actions after which the operation fails: the end of an endless loop.';
comment on column operations.created_at is 'When it was enqueued.';
comment on column operations.ended_at is 'When it completed, failed or was cancelled.';
comment on column operations.completed_at is 'When it completed; null for every other state.';
comment on column operations.parked_at is 'Set while no worker has registered its name: it starts as soon as one does.';
comment on column operations.stopped_position is 'Where a failed or cancelled operation stopped, and a retry goes on.';
comment on column operations.stop_reason is 'Why it was cancelled, in the words of whoever did.';
comment on column operations.enqueued_by is 'Database role that enqueued it.';
comment on column operations.traceparent is 'W3C trace context of the enqueue; from the setting backops.traceparent unless given.';
comment on column operations.tags is 'Free labels.';
comment on column operations.branches is 'Plan given with the INSERT instead of a registered one: {"main": ["A", ["B", {…options}]], …}.';
comment on column operations.globals is 'The document that all its actions share: a JSON object of at most 1 MiB.';
comment on index operations_name_key_idx is 'Makes (name, key) unique.';
comment on index operations_globals_idx is 'Answers globals @> ''{"subscription_id": 42}''.';
comment on index operations_parked_idx is 'Finds what waits for a definition; nearly always empty.';

create table actions (
  operation_id       bigint  not null,
  position           integer not null,
  run                integer not null default 1,
  attempts_count     integer not null default 0,
  earlier_attempts   integer not null default 0,
  max_attempts       integer not null,
  branch             text    not null,
  name               text    not null,
  started_at         timestamptz,
  completed_at       timestamptz,
  completed_claim_id bigint,
  skipped_at         timestamptz,
  perform_at         timestamptz,
  perform_in         interval,
  perform_at_global  text,
  backoff            jsonb,
  timeout            interval,
  queue              text,
  errored_at         timestamptz,
  error_type         text,
  error_message      text,
  stack_trace        text,
  constraint actions_pkey primary key (operation_id, position),
  constraint actions_completed_or_skipped check (completed_at is null or skipped_at is null)
) with (fillfactor = 50);
comment on table actions is 'The plan of every operation: one row per action from the enqueue on, with what became of it.';
comment on column actions.operation_id is 'The operation.';
comment on column actions.position is 'Place in the plan, 1 to n over all branches in declared order.';
comment on column actions.run is 'Counts from 1; a jump back begins a new run.';
comment on column actions.attempts_count is 'Attempts of this run that have ended, and count against max_attempts.';
comment on column actions.earlier_attempts is
  'Attempts of this run that do not count any more, because somebody gave the action a fresh budget: the next one is number '
  'earlier_attempts + attempts_count + 1 for those who look.';
comment on column actions.max_attempts is 'Attempts before the operation fails.';
comment on column actions.branch is 'Branch that the action belongs to; main is where an operation starts.';
comment on column actions.name is 'Name of the action.';
comment on column actions.started_at is 'When the last attempt that ended had begun.';
comment on column actions.completed_at is 'When it completed.';
comment on column actions.completed_claim_id is 'The claim that completed it last: a repeated call of that claim learns that it is done.';
comment on column actions.skipped_at is 'When a jump passed over it, or an operator skipped it.';
comment on column actions.perform_at is 'Not before this time.';
comment on column actions.perform_in is 'Not before this long after the operation reached the action.';
comment on column actions.perform_at_global is 'Not before the time in this key of the globals.';
comment on column actions.backoff is 'Delay between attempts; null is the default (see backoff_delay).';
comment on column actions.timeout is 'Longest time that one attempt may take.';
comment on column actions.queue is 'Queue of this action; null is the queue of the operation.';
comment on column actions.errored_at is 'When its last attempt failed; cleared by success.';
comment on column actions.error_type is 'Type of the last error; cleared by success, kept in attempts.';
comment on column actions.error_message is 'Message of the last error; cleared by success, kept in attempts.';
comment on column actions.stack_trace is 'Where the last error was thrown; cleared by success, kept in attempts.';

-- fillfactor 40: a claim and an in-place advance each leave a dead version on the page, and stay heap-only while there is room.
create table jobs (
  operation_id  bigint   not null,
  run_at        timestamptz not null,
  worker_id     bigint,
  claim_id      bigint,
  claimed_at    timestamptz,
  definition_id bigint,
  position      integer,
  attempt       integer  not null default 0,
  steps_left    integer  not null,
  priority      smallint not null,
  crashes       smallint not null default 0,
  progress      real,
  queue         text     not null,
  handler       text     not null,
  progress_note text,
  constraint jobs_pkey primary key (operation_id),
  constraint jobs_claimed_whole check ((worker_id is null) = (claim_id is null) and (worker_id is null) = (claimed_at is null))
) with (
  fillfactor = 40,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.05,
  autovacuum_vacuum_cost_delay = 0
);
-- No predicate, and no column that a claim or an in-place advance changes: both stay heap-only updates.
create index jobs_ready_idx on jobs (queue, priority, run_at, operation_id);
-- A crash and an acquittal are the only changes that touch it.
create index jobs_suspects_idx on jobs (queue, priority, run_at, operation_id) where crashes > 0;
comment on table jobs is
  'The claimable row of every active operation: where it stands, when it may go on, and who holds it. None for an operation that has ended.';
comment on column jobs.operation_id is 'The operation; the key forbids that it runs twice at once.';
comment on column jobs.run_at is 'Due from this time on; infinity while the operation is parked.';
comment on column jobs.worker_id is 'Worker that holds the job, or null.';
comment on column jobs.claim_id is 'The claim it holds it by: every write names worker and claim.';
comment on column jobs.claimed_at is 'When the current attempt began.';
comment on column jobs.definition_id is 'Version of the plan; null where branches came with the INSERT.';
comment on column jobs.position is 'The action that is next or running; null while the operation is parked.';
comment on column jobs.attempt is 'Attempts of this action begun so far, the current one included: counted at claim.';
comment on column jobs.steps_left is 'Actions that may still complete before the step limit.';
comment on column jobs.priority is '0 is served first, 9 last.';
comment on column jobs.crashes is 'Times in a row that a worker died while it held the action; above 0 it runs alone.';
comment on column jobs.progress is 'What the running action last reported, 0 to 1.';
comment on column jobs.queue is 'Queue that the job waits in.';
comment on column jobs.handler is 'What a worker must know to run it: "Operation/Action", or "/Action" where branches came with the INSERT.';
comment on column jobs.progress_note is 'What the running action last said of its progress.';
comment on index jobs_ready_idx is 'The order in which jobs are claimed.';
comment on index jobs_suspects_idx is 'Jobs whose worker died; nearly always empty.';

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
comment on index attempts_ended_operations_idx is 'Finds failed operations without an index on their state, which would make every completion dearer.';

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

create table workers (
  id           bigint      constraint workers_pkey primary key,
  host         text        not null,
  pid          integer     not null,
  version      text        not null default '',
  queues       text[]      not null,
  slots        integer     not null,
  started_at   timestamptz not null default clock_now(),
  heartbeat_at timestamptz not null default clock_now(),
  lease        interval    not null,
  sleeping     boolean     not null default false,
  stopping     boolean     not null default false,
  handlers     text[]      not null,
  schema_version integer,
  backend_pid  integer,
  backend_started_at timestamptz,
  server_started_at timestamptz,
  missing_since timestamptz,
  constraint workers_slots_are_positive check (slots > 0),
  constraint workers_lease_is_positive check (lease > interval '0')
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
comment on table workers is 'One row per live worker process; gone when it stops, or when it died and its jobs were rescued.';
comment on column workers.id is 'Random, and new for every registration: never from a sequence, which a restore would rewind.';
comment on column workers.host is 'Host name.';
comment on column workers.pid is 'Process id on that host.';
comment on column workers.version is 'Version of the application that it runs.';
comment on column workers.queues is 'Queues that it serves.';
comment on column workers.slots is 'Actions that it runs at once.';
comment on column workers.started_at is 'When it registered.';
comment on column workers.heartbeat_at is 'When it last renewed its lease.';
comment on column workers.lease is 'Its jobs are its own until heartbeat_at + lease.';
comment on column workers.sleeping is 'True while it waits to be woken by NOTIFY.';
comment on column workers.stopping is 'True while it finishes what it holds and claims nothing more.';
comment on column workers.handlers is 'What it can run: "Operation/Action" and "/Action".';
comment on column workers.schema_version is 'Newest version of this schema that it knows; null where it did not say.';
comment on column workers.backend_pid is 'Server process of the connection that the worker keeps for as long as it lives; null without a direct connection.';
comment on column workers.backend_started_at is 'When that server process began, because process ids come back.';
comment on column workers.server_started_at is 'When the server had begun that runs it: after a restart all connections are gone, and nobody died.';
comment on column workers.missing_since is 'Since when others have seen that connection gone.';

create table queues (
  name         text        constraint queues_pkey primary key,
  paused_at    timestamptz,
  paused_until timestamptz,
  paused_by    text,
  reason       text,
  constraint queues_name_is_valid check (name ~ '^[a-z0-9_.-]+$' and length(name) <= 100),
  constraint queues_paused_whole check (paused_at is not null or coalesce(paused_until::text, paused_by, reason) is null)
);
comment on table queues is
  'Queues that were paused once. One without a row is not paused, and needs none. Written by pause and resume; queue_depth shows them.';
comment on column queues.name is 'Name of the queue.';
comment on column queues.paused_at is 'Since when nothing of it is claimed; null while it runs.';
comment on column queues.paused_until is 'When it goes on by itself; null for when somebody resumes it.';
comment on column queues.paused_by is 'Database role that paused it.';
comment on column queues.reason is 'Why, in the words of whoever did.';

create view paused_queues as
  select name, paused_at, paused_until, paused_by, reason
    from queues
   where paused_at is not null and coalesce(paused_until, 'infinity') > statement_now();
comment on view paused_queues is 'Queues that are paused now: nothing of them is claimed, and nobody is woken for them.';

create table secret_keys (
  name text not null,
  key  text not null,
  constraint secret_keys_pkey primary key (name, key),
  constraint secret_keys_key_is_not_empty check (key <> ''),
  constraint secret_keys_are_short check (octet_length(name) <= 800 and octet_length(key) <= 1500)
);
comment on table secret_keys is
  'Keys of the globals whose values only workers and the owner of this schema see. '
  'INSERT INTO backops.secret_keys VALUES (''Fulfilment'', ''card_token''); the name * means every operation.';
comment on column secret_keys.name is 'Name of the operation, or * for all.';
comment on column secret_keys.key is 'The key, at the top of the globals; all that lies under it is secret.';

create table audit_log (
  id            bigint generated always as identity constraint audit_log_pkey primary key,
  at            timestamptz not null default clock_now(),
  who           text        not null default session_user::text,
  action        text        not null,
  operation_ids bigint[]    not null default '{}',
  reason        text,
  details       jsonb       not null default '{}'
);
comment on table audit_log is
  'One row for every call of a function that steers. The view audit shows it. It grows by what people do; nothing deletes from it.';
comment on column audit_log.id is 'In the order of the calls.';
comment on column audit_log.at is 'When.';
comment on column audit_log.who is 'Database role that was logged in, whatever SET ROLE says.';
comment on column audit_log.action is 'The function: retry, cancel, skip, jump, run_from, set_global, reschedule, rerun, pause, resume …';
comment on column audit_log.operation_ids is 'The operations that it changed.';
comment on column audit_log.reason is 'Why, in the words of whoever did.';
comment on column audit_log.details is 'What else the call said: the target of a jump, a key, a queue.';

-- SECURITY DEFINER changes current_user, but not the setting role.
create function caller() returns text
  language sql stable
  set search_path from current
as $$
  select coalesce(nullif(current_setting('role'), 'none'), session_user::text)
$$;
comment on function caller() is 'The role that makes the call: the one of SET ROLE, else the one that is logged in, also inside functions of this schema.';

create function sees_secrets() returns boolean
  language sql stable
  set search_path from current
as $$
  select not exists (select from secret_keys)
      or pg_has_role(caller(), (select relowner from pg_class where oid = 'operations'::regclass), 'usage')
      or coalesce((select pg_has_role(caller(), oid, 'usage') from pg_roles where rolname = current_schema() || '_worker'), false)
$$;
comment on function sees_secrets() is
  'Whether the caller may see what secret_keys names: workers and the owner of the schema may; and everybody where it names nothing.';

create function redacted(p_name text, p_globals jsonb) returns jsonb
  language sql stable cost 1
  set search_path from current
as $$
  select coalesce(
    p_globals || (select jsonb_object_agg(key, '[secret]') from secret_keys where name in (p_name, '*') and p_globals ? key),
    p_globals
  )
$$;
comment on function redacted(text, jsonb) is 'The globals of an operation of that name, with "[secret]" for every value that secret_keys names.';

create function shown(p_operation operations) returns operations
  language plpgsql stable
  set search_path from current
as $$
begin
  if not sees_secrets() then
    p_operation.globals := redacted(p_operation.name, p_operation.globals);
  end if;
  return p_operation;
end
$$;
comment on function shown(operations) is 'A row of operations as the caller may see it.';

create function concealed(p_operation_id bigint, p_text text) returns text
  language plpgsql stable
  set search_path from current
as $$
declare
  v_secret record;
begin
  for v_secret in
    select distinct s.key, leaf #>> '{}' as value
      from operations o
      join secret_keys s on s.name in (o.name, '*')
     cross join jsonb_path_query(o.globals -> s.key, 'strict $.** ? (@.type() == "string" || @.type() == "number")') as leaf
     where o.id = p_operation_id and length(leaf #>> '{}') >= 4
     order by 2 desc
  loop
    p_text := replace(p_text, v_secret.value, format('[secret %s]', v_secret.key));
  end loop;
  return p_text;
end
$$;
comment on function concealed(bigint, text) is
  'A text without the values that secret_keys names, as the operation has them now: every string and number of four characters or more is replaced. '
  'What an action makes of a secret, or what has changed since, is not recognised.';
