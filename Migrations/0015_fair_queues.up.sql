-- Fair queues: the actions of a queue take turns by a key of their operations.
--
-- What is due in such a queue is given a turn, in the order of start-time fair queueing, and lies from then on in a queue of its own,
-- "/fair/" and the name, until a worker claims it: a claim reads it in that order, from one end of an index, and knows nothing of keys.

create table fair_queues (
  queue   queue_name  constraint fair_queues_pkey primary key,
  by_global text      constraint fair_queues_by_global_is_valid check (length(by_global) between 1 and 200),
  weights jsonb       not null default '{}' constraint fair_queues_weights_are_valid check (jsonb_typeof(weights) = 'object'),
  set_by  text        not null,
  set_at  timestamptz not null,
  reason  text
);
comment on table fair_queues is 'Queues whose actions take turns by key. Written by set_queue_fairness.';
comment on column fair_queues.queue is 'Name of the queue; one without a row is served in the order in which its jobs are due.';
comment on column fair_queues.by_global is 'The global whose values take turns; null where they do no more.';
comment on column fair_queues.weights is 'How much of the queue a value gets beside the others, {"acme": 3}: 1 where it does not stand here.';
comment on column fair_queues.set_by is 'Database role that called set_queue_fairness last.';
comment on column fair_queues.set_at is 'When it did.';
comment on column fair_queues.reason is 'Why.';

create table fair_lanes (
  queue             queue_name       not null,
  priority          smallint         not null,
  clock             double precision not null default 0,
  fresh             double precision not null default 0,
  first_turn        double precision not null default 0,
  forgotten         double precision not null default 0,
  last_run_at       timestamptz      not null default '-infinity',
  last_operation_id bigint           not null default 0,
  constraint fair_lanes_pkey primary key (queue, priority),
  constraint fair_lanes_in_order check (forgotten <= clock and first_turn <= clock)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
comment on table fair_lanes is 'A row for each priority of a fair queue: turns are taken in each by itself. Written by claims, one at a time for each queue.';
comment on column fair_lanes.queue is 'Name of the queue.';
comment on column fair_lanes.priority is 'The priority.';
comment on column fair_lanes.clock is 'The turn that it has come to: a new key is given none before it.';
comment on column fair_lanes.fresh is 'The last turn that was given to a new key.';
comment on column fair_lanes.first_turn is 'No job has a turn before this one: claims begin there.';
comment on column fair_lanes.last_run_at is 'Up to when jobs were due that have been given turns: a claim that goes on behind its last one begins there.';
comment on column fair_lanes.last_operation_id is 'The last one of these.';
comment on column fair_lanes.forgotten is 'Up to which turn fair_keys has been cleared.';

create table fair_keys (
  queue    queue_name       not null,
  priority smallint         not null,
  key      text             not null,
  turn     double precision not null,
  constraint fair_keys_pkey primary key (queue, priority, key)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
-- All rows are in it; what it says of them keeps it out of plans that look for a key, made while the table was empty.
create index fair_keys_turn_idx on fair_keys (queue, priority, turn) where turn > '-infinity';
comment on table fair_keys is 'A row for each key of a fair queue that has a turn later than the clock, or had one lately. Written by claims, one at a time for each queue.';
comment on column fair_keys.queue is 'Name of the queue.';
comment on column fair_keys.priority is 'The priority.';
comment on column fair_keys.key is 'The value of the global; what is long or secret as a hash, and what lacks it as nothing.';
comment on column fair_keys.turn is 'The turn that its next job is given.';
comment on index fair_keys_turn_idx is 'The keys whose turns the clock has passed are forgotten.';

alter table jobs
  add column turn double precision,
  add constraint jobs_in_turn_whole check ((turn is null) = (left(queue, 6) <> '/fair/') and (turn is null or worker_id is null));
create index jobs_turn_idx on jobs (queue, priority, turn, operation_id) where turn is not null;
comment on column jobs.turn is 'Its turn in a fair queue, until it is claimed.';
comment on column jobs.queue is
  'Queue that the job waits in; "/waits", which no worker serves, at a wait, "/limits" before a limit, and "/fair/" and a name once it has its turn in a fair queue.';
comment on index jobs_turn_idx is 'The order in which fair queues are claimed.';
