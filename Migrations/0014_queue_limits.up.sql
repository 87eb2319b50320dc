-- Limits of queues: how many actions of one run at once.

create table queue_limits (
  queue   queue_name  constraint queue_limits_pkey primary key,
  maximum integer     constraint queue_limits_maximum_is_valid check (maximum between 0 and 1000000),
  holding integer     not null default 0 constraint queue_limits_holding_is_valid check (holding >= 0),
  set_by  text        not null,
  set_at  timestamptz not null,
  reason  text
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
comment on table queue_limits is 'How many actions of a queue may run at once. Written by set_queue_limit, and by claims, one at a time for each queue.';
comment on column queue_limits.queue is 'Name of the queue; one without a row has no limit.';
comment on column queue_limits.maximum is 'How many; null for any number again.';
comment on column queue_limits.holding is 'How many jobs hold a slot, those in limit_releases not yet taken off.';
comment on column queue_limits.set_by is 'Database role that called set_queue_limit last.';
comment on column queue_limits.set_at is 'When it did.';
comment on column queue_limits.reason is 'Why.';

alter table jobs add column queue_slot text;
comment on column jobs.queue_slot is 'Of the queue with a limit from which it was claimed, "/queue/" and its name: it holds one of the slots until the attempt ends.';
comment on column limit_releases.gate is
  'Of what; with a slash before it a limit whose maximum has changed, "/rate/" and a name for a rate whose numbers have, or whose line somebody has left, and '
  '"/queue/" and a name for a queue.';
-- The engine makes them again, for this column, too.
drop trigger if exists jobs_release_slots on jobs;
drop trigger if exists jobs_release_slots_at_end on jobs;
