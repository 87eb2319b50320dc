-- Worker processes.

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
