-- Actions counted per minute and per hour.
--
-- Workers count in memory and add their counts every few seconds, one statement for all of it: nothing here is derived from
-- the tables of the queue, and no action pays for a write. Rows are shared by all workers and locked in the order of their keys
-- for as long as that one statement takes; fifty workers that add every ten seconds delay each other about once in a
-- hundred times. A row per worker would need as many updates, and a second pass over all of them to add them up.

create table operation_minutes (
  minute    timestamptz not null,
  queue     text        not null,
  operation text        not null,
  completed bigint      not null,
  failed    bigint      not null,
  retried   bigint      not null,
  max_ms    float8      not null,
  buckets   bigint[]    not null,
  constraint operation_minutes_pkey primary key (minute, queue, operation),
  constraint operation_minutes_has_25_buckets check (cardinality(buckets) = 25),
  constraint operation_minutes_counts_up check (least(completed, failed, retried) >= 0)
) with (fillfactor = 50);
comment on table operation_minutes is
  'Attempts that ended, counted per minute for a day by the workers that ran them: what the view throughput shows. A worker adds what it '
  'counted every few seconds: one that is killed loses that much, and nothing is counted twice.';
comment on column operation_minutes.minute is 'The minute in which a worker reported them, seconds after they ended.';
comment on column operation_minutes.queue is 'Queue of the jobs.';
comment on column operation_minutes.operation is 'Name of the operation; "(ad hoc)" for all that brought their own branches.';
comment on column operation_minutes.completed is 'Attempts that completed their action.';
comment on column operation_minutes.failed is 'Attempts whose failure ended the operation.';
comment on column operation_minutes.retried is 'Attempts that failed and are tried again.';
comment on column operation_minutes.max_ms is 'The longest of them.';
comment on column operation_minutes.buckets is 'How many took how long: see duration_bucket_limits.';

create table action_hours (
  hour      timestamptz not null,
  operation text        not null,
  action    text        not null,
  count     bigint      not null,
  max_ms    float8      not null,
  buckets   bigint[]    not null,
  constraint action_hours_pkey primary key (hour, operation, action),
  constraint action_hours_has_25_buckets check (cardinality(buckets) = 25),
  constraint action_hours_counts_up check (count >= 0)
) with (fillfactor = 50);
comment on table action_hours is 'The same attempts counted per hour and action, for 30 days: the view slow_actions reads it.';
comment on column action_hours.hour is 'The hour in which they were reported.';
comment on column action_hours.operation is 'Name of the operation; "(ad hoc)" for all that brought their own branches.';
comment on column action_hours.action is 'Branch and name of the action.';
comment on column action_hours.count is 'Attempts that completed or failed.';
comment on column action_hours.max_ms is 'The longest of them.';
comment on column action_hours.buckets is 'How many took how long: see duration_bucket_limits.';
