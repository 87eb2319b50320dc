-- Rates: how many actions start in a time.

create table rates (
  name           limit_name       constraint rates_pkey primary key,
  declared_count integer          constraint rates_declared_count_is_valid check (declared_count between 1 and 1000000),
  declared_per   double precision constraint rates_declared_per_is_valid check (declared_per between 0.001 and 31536000),
  declared_burst integer          constraint rates_declared_burst_is_valid check (declared_burst between 1 and 1000000),
  own_count      integer          constraint rates_own_count_is_valid check (own_count between 1 and 1000000),
  own_per        double precision constraint rates_own_per_is_valid check (own_per between 0.001 and 31536000),
  own_burst      integer          constraint rates_own_burst_is_valid check (own_burst between 1 and 1000000),
  set_by         text,
  set_at         timestamptz,
  reason         text,
  version        integer          not null default 1,
  count          integer          generated always as (case when set_at is null then declared_count else own_count end) stored,
  per            double precision generated always as (case when set_at is null then declared_per else own_per end) stored,
  burst          integer          generated always as (case when set_at is null then declared_burst else own_burst end) stored,
  gap            interval         generated always as (
    make_interval(secs => coalesce(case when set_at is null then declared_per / declared_count else own_per / own_count end, 0))
  ) stored,
  tolerance      interval         generated always as (
    make_interval(secs => coalesce(
      case when set_at is null then declared_per / declared_count * (declared_burst - 1) else own_per / own_count * (own_burst - 1) end, 0
    ))
  ) stored,
  constraint rates_set_whole check ((set_at is null) = (set_by is null) and (set_at is not null or own_count is null and reason is null)),
  constraint rates_are_whole check (
    (declared_count is null) = (declared_per is null) and (declared_count is null) = (declared_burst is null)
    and (own_count is null) = (own_per is null) and (own_count is null) = (own_burst is null)
  )
);
comment on table rates is 'How many actions may start in a time under a name, and of each key. Written by plans that are registered or enqueued, and by set_rate.';
comment on column rates.name is 'What plans call it.';
comment on column rates.declared_count is 'How many the plan says that was registered last; null where only set_rate has spoken.';
comment on column rates.declared_per is 'In how many seconds, says that plan.';
comment on column rates.declared_burst is 'How many at the same moment, says that plan.';
comment on column rates.own_count is 'What set_rate says instead; null with set_at for no rate at all.';
comment on column rates.own_per is 'What set_rate says instead.';
comment on column rates.own_burst is 'What set_rate says instead.';
comment on column rates.set_by is 'Database role that called set_rate; null where the plan''s numbers hold.';
comment on column rates.set_at is 'When it did.';
comment on column rates.reason is 'Why.';
comment on column rates.version is 'How often the numbers have changed.';
comment on column rates.count is 'How many may start in that time; null for any number.';
comment on column rates.per is 'In how many seconds.';
comment on column rates.burst is 'How many may start at the same moment after a pause.';
comment on column rates.gap is 'How far apart starts are; zero for no rate.';
comment on column rates.tolerance is 'How much earlier the starts of a burst may be.';

create table rate_gates (
  gate         text        constraint rate_gates_pkey primary key,
  name         limit_name  not null,
  used_until   timestamptz not null,
  version      integer     not null,
  closed_until timestamptz,
  waiting      integer     not null default 0,
  next_ticket  bigint      not null default 1,
  look_at      timestamptz not null,
  constraint rate_gates_count_whole check (waiting >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
create index rate_gates_name_idx on rate_gates (name, gate);
create index rate_gates_look_idx on rate_gates (look_at) where waiting > 0;
create index rate_gates_idle_idx on rate_gates (used_until) where waiting = 0;
comment on table rate_gates is
  'A row for each rate, or each key of one, that was used lately. Written by whoever looks at the limits, one at a time, and by consume and close_rate.';
comment on column rate_gates.gate is '"/rate/" and the name of the rate, and behind another slash the key.';
comment on column rate_gates.name is 'The rate.';
comment on column rate_gates.used_until is 'Up to when the rate is used up: another start is due then, or as much earlier as a burst allows.';
comment on column rate_gates.version is 'The version of the rate whose numbers it was counted by.';
comment on column rate_gates.closed_until is 'Until when nothing starts, by close_rate.';
comment on column rate_gates.waiting is 'How many jobs are in line, those in limit_releases not yet taken off.';
comment on column rate_gates.next_ticket is 'The next place in line.';
comment on column rate_gates.look_at is 'When those in line are looked at next.';
comment on index rate_gates_name_idx is 'The keys of a rate.';
comment on index rate_gates_look_idx is 'Where somebody is in line, by the time of the next look.';
comment on index rate_gates_idle_idx is 'Where nobody is, to be forgotten.';

alter table jobs add column paced_at timestamptz;
comment on column jobs.paced_at is 'The start that a rate has given to the next attempt, or to the one that runs.';
comment on column jobs.gate is 'The gate in whose line it waits; that of a rate begins with "/rate/".';
comment on column limit_releases.gate is
  'Of what; with a slash before it a limit whose maximum has changed, and "/rate/" and a name for a rate whose numbers have, or whose line somebody has left.';
comment on column actions.limits is
  'What must be held while the action runs; null for nothing. {"action": {"name": limit, "by": global}}, and beside it "operation", which the operation '
  'keeps from its first action to its end, or with "free_while_waiting": true until its next wait, and "rate", which says when an attempt may start.';
