-- Pauses of queues, and the last sample of their depth.

create table queues (
  name         queue_name  constraint queues_pkey primary key,
  paused_at    timestamptz,
  paused_until timestamptz,
  paused_by    text,
  reason       text,
  constraint queues_paused_whole check (paused_at is not null or coalesce(paused_until::text, paused_by, reason) is null)
);
comment on table queues is
  'Queues that were paused once. One without a row is not paused, and needs none. Written by pause and resume; queue_depth shows them.';
comment on column queues.name is 'Name of the queue.';
comment on column queues.paused_at is 'Since when nothing of it is claimed; null while it runs.';
comment on column queues.paused_until is 'When it goes on by itself; null for when somebody resumes it.';
comment on column queues.paused_by is 'Database role that paused it.';
comment on column queues.reason is 'Why, in the words of the person who did it.';
create table queue_samples (
  singleton boolean     not null default true constraint queue_samples_pkey primary key,
  taken_at  timestamptz not null,
  depths    jsonb       not null,
  constraint queue_samples_is_one_row check (singleton)
);
comment on table queue_samples is 'The last sample of queue_depth, in one row: fifty workers whose metrics are collected every few seconds read it, and one of them renews it.';
comment on column queue_samples.singleton is 'Always true: there is one row.';
comment on column queue_samples.taken_at is 'When it was taken.';
comment on column queue_samples.depths is 'The rows of queue_depth, as far as metrics show them.';
