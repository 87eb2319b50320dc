-- Limits: how many actions, or operations, run at once.
--
-- A job that needs a slot lies in a queue that no worker serves, as one at a wait does, until it has the slot: what may not run is not
-- where claims look. The slot stands in the job's row, so nothing can be left behind when a worker dies.

create domain limit_name as text
  constraint limits_name_is_valid check (value ~ '^[^/[:cntrl:]]+$' and length(value) <= 200);
comment on domain limit_name is 'Name of a limit: 1 to 200 characters, without "/" and control characters.';

create table limits (
  name     limit_name constraint limits_pkey primary key,
  declared integer    constraint limits_declared_is_valid check (declared between 1 and 1000000),
  own      integer    constraint limits_own_is_valid check (own between 0 and 1000000),
  set_by   text,
  set_at   timestamptz,
  reason   text,
  maximum  integer    generated always as (case when set_at is null then declared else own end) stored,
  constraint limits_set_whole check ((set_at is null) = (set_by is null) and (set_at is not null or own is null and reason is null))
);
comment on table limits is 'How many may run at once under a name, and of each key. Written by plans that are registered or enqueued, and by set_limit.';
comment on column limits.name is 'What plans call it.';
comment on column limits.declared is 'What the plan says that was registered last; null where only set_limit has spoken.';
comment on column limits.own is 'What set_limit says instead; null with set_at for no limit at all.';
comment on column limits.set_by is 'Database role that called set_limit; null where the plan''s number holds.';
comment on column limits.set_at is 'When it did.';
comment on column limits.reason is 'Why.';
comment on column limits.maximum is 'What holds; null for no limit.';

create table limit_gates (
  gate        text       constraint limit_gates_pkey primary key,
  name        limit_name not null,
  holding     integer    not null default 0,
  waiting     integer    not null default 0,
  next_ticket bigint     not null default 1,
  constraint limit_gates_count_whole check (holding >= 0 and waiting >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
create index limit_gates_name_idx on limit_gates (name, gate);
comment on table limit_gates is 'A row for each limit, or each key of one, that somebody holds or waits for. Written by whoever looks at the limits, one at a time.';
comment on column limit_gates.gate is 'The name of the limit, or the name, a slash and the key.';
comment on column limit_gates.name is 'The limit.';
comment on column limit_gates.holding is 'How many jobs hold a slot, those in limit_releases not yet taken off.';
comment on column limit_gates.waiting is 'How many jobs are in line, those in limit_releases not yet taken off.';
comment on column limit_gates.next_ticket is 'The next place in line.';
comment on index limit_gates_name_idx is 'The keys of a limit.';

create table limit_releases (
  id          bigint      generated always as identity,
  gate        text        not null,
  slots       smallint    not null,
  waiters     smallint    not null,
  released_at timestamptz not null default clock_now(),
  constraint limit_releases_pkey primary key (released_at, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
comment on table limit_releases is
  'Slots that were given back, and places in line that were left, until the next look at the limits takes them off: whoever ends an action waits for nobody.';
comment on column limit_releases.id is 'Number; the key begins with the time, so that a look can begin with the latest.';
comment on column limit_releases.gate is 'Of what; with a slash before it, a limit whose maximum has changed.';
comment on column limit_releases.slots is 'How many slots.';
comment on column limit_releases.waiters is 'How many places.';
comment on column limit_releases.released_at is 'When.';

alter table definition_actions add column limits jsonb;
comment on column definition_actions.limits is 'The limits of the step, as in actions.';
alter table actions add column limits jsonb;
comment on column actions.limits is
  'What must be held while the action runs; null for nothing. {"action": {"name": limit, "by": global}}, and "operation" beside it, which the operation '
  'keeps from its first action to its end, or with "free_while_waiting": true until its next wait.';

alter table jobs
  add column operation_slot text,
  add column action_slot text,
  add column gate text,
  add column ticket bigint,
  add column came_at timestamptz,
  add constraint jobs_in_line_whole check ((ticket is null) = (gate is null) and (ticket is null) = (came_at is null));
comment on column jobs.operation_slot is 'The gate of which the operation holds a slot.';
comment on column jobs.action_slot is 'The gate of which it holds a slot for the action that it is at, from when that may start to the end of the attempt.';
comment on column jobs.gate is 'The gate in whose line it waits.';
comment on column jobs.ticket is 'Its place in that line, among those of its priority.';
comment on column jobs.came_at is 'When it was due, and had to wait.';
comment on column jobs.queue is 'Queue that the job waits in; "/waits", which no worker serves, at a wait, and "/limits" before a limit.';
create index jobs_limits_idx on jobs (run_at, operation_id) where queue = '/limits';
create index jobs_line_idx on jobs (gate, priority, ticket) where ticket is not null;
create index jobs_operation_slot_idx on jobs (operation_slot) where operation_slot is not null;
comment on index jobs_operation_slot_idx is 'Who holds the slots of a limit of operations.';
comment on index jobs_limits_idx is 'What has come to a limit, and what comes to one.';
comment on index jobs_line_idx is 'The lines before the gates.';
