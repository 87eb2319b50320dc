-- Registered plans.

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
