import LibPQ

/// What a ``Doctor`` asks of the engine's tables.
extension EngineCalls {
    /// One row: whether this role may use the schema, which rights on its tables it lacks, and how many functions it may
    /// not call.
    func rights() -> SQLStatement {
        """
        with schema as (select oid from pg_namespace where nspname = \(schema.text))
        select coalesce((select has_schema_privilege(oid, 'usage') from schema), false),
               array(
                 select relname || ' (' || string_agg(lower(privilege), ', ' order by privilege) || ')'
                   from pg_class
                  cross join unnest(case when relkind = 'v' then '{SELECT}'::text[] else '{SELECT,INSERT,UPDATE,DELETE}' end) as privilege
                  where relnamespace = (select oid from schema) and relkind in ('r', 'v') and relname <> 'migrations'
                    and not has_table_privilege(oid, privilege)
                  group by relname
                  order by relname
               ),
               (select count(*)
                  from pg_proc
                 where pronamespace = (select oid from schema) and prorettype <> 'trigger'::regtype
                   and not has_function_privilege(oid, 'execute'))
        """
    }

    /// A row for every role that approvals are asked of and nobody decides for: the role, how many wait, and for how many seconds.
    func undecidableApprovals() -> SQLStatement {
        """
        select role, count, extract(epoch from now - asked_at)::float8
          from (
            select role, count(*), min(asked_at) as asked_at from \(unescaped: name).pending_approvals where role is not null group by role
          ) as asked
         cross join \(unescaped: name).clock_now() as now
         where \(unescaped: name).nobody_decides(role)
         order by role
        """
    }

    /// A row for every role of `approvers` that is a database role, too: the role, and how many are listed for nothing.
    func listedDatabaseRoles() -> SQLStatement {
        """
        select a.role, count(*)
          from \(unescaped: name).approvers a
          join pg_roles r on r.rolname = a.role
         group by a.role
         order by a.role
        """
    }

    /// One row where approvals have been over for a minute: how many, and for how many seconds.
    func overdueApprovals() -> SQLStatement {
        """
        select count(*), extract(epoch from max(now - deadline))::float8
          from \(unescaped: name).pending_approvals
         cross join \(unescaped: name).clock_now() as now
         where deadline < now - interval '1 minute'
        having count(*) > 0
        """
    }

    /// A row for every limit that somebody set and that operations wait for: its name, its maximum, how many wait, who set it, for how
    /// many seconds it has been so, and why.
    func limitsByHand() -> SQLStatement {
        """
        select name, maximum, waiting, set_by, extract(epoch from \(unescaped: name).clock_now() - set_at)::float8, reason
          from \(unescaped: name).limit_status
         where set_at is not null and waiting > 0
         order by name
        """
    }

    /// A row of ``RateRecord`` for every rate that somebody set and that operations wait for, and for how many seconds it has been so.
    func ratesByHand() -> SQLStatement {
        """
        select \(unescaped: RateRecord.Column.sql), extract(epoch from \(unescaped: name).clock_now() - set_at)::float8
          from \(unescaped: name).rate_status
         where set_at is not null and waiting > 0
         order by name
        """
    }

    /// A row for every rate that is closed and that operations wait for: its name, how many wait, for how many seconds it still is, and
    /// whether it is closed key by key.
    func closedRates() -> SQLStatement {
        """
        select name, sum(waiting), extract(epoch from max(closed_until) - now)::float8, bool_or(gate <> '/rate/' || name)
          from \(unescaped: name).rate_lines
         cross join \(unescaped: name).clock_now() as now
         where closed_until > now and waiting > 0
         group by name, now
         order by name
        """
    }

    /// One row where operations came to limits more than a minute ago and nobody has looked: how many, and for how many seconds.
    func overdueLimits() -> SQLStatement {
        """
        select count(*), extract(epoch from max(now - run_at))::float8
          from \(unescaped: name).jobs
         cross join \(unescaped: name).clock_now() as now
         where queue = '/limits' and run_at < now - interval '1 minute'
        having count(*) > 0
        """
    }

    /// A row for every fair queue nine tenths of which lack its global: its name, the global, how many lack it, and how many have a turn.
    func keylessQueues() -> SQLStatement {
        """
        select l.queue, f.by_global, (sum(l.waiting) filter (where l.key = ''))::bigint, sum(l.waiting)::bigint
          from \(unescaped: name).fair_queue_lines l
          join \(unescaped: name).fair_queue_status f on f.queue = l.queue
         group by l.queue, f.by_global
        having sum(l.waiting) > 1 and sum(l.waiting) filter (where l.key = '') >= 0.9 * sum(l.waiting)
         order by l.queue
        """
    }

    /// A row for every weight whose key does not wait, where one does that differs by case or blanks, and has no weight; and for one weight of each queue whose
    /// keys are all hashes, which no weight has: the queue, the global, the key, its weight, and who waits, if that is no hash.
    func misnamedWeights() -> SQLStatement {
        """
        with lines as materialized (select distinct queue, key from \(unescaped: name).fair_queue_lines where key <> ''),
        weights as materialized (
          select f.queue, f.by_global, w.key, w.value
            from \(unescaped: name).fair_queue_status f
           cross join lateral jsonb_each_text(f.weights) as w
           where f.by_global is not null
        )
        select w.queue, w.by_global, w.key, w.value, min(l.key)
          from weights w
          join lines l on l.queue = w.queue and lower(btrim(l.key)) = lower(btrim(w.key))
         where not exists (select from lines s where s.queue = w.queue and s.key = w.key)
           and not exists (select from weights o where o.queue = l.queue and o.key = l.key)
         group by w.queue, w.by_global, w.key, w.value
         union all
        select w.queue, w.by_global, min(w.key), (array_agg(w.value order by w.key))[1], null
          from weights w
         where exists (select from lines l where l.queue = w.queue)
           and not exists (select from lines l where l.queue = w.queue and l.key !~ '^#[0-9a-f]{32}$')
         group by w.queue, w.by_global
        having bool_and(w.key !~ '^#[0-9a-f]{32}$')
         order by 1, 3
        """
    }

    /// A row for every trigger on the engine's tables that no migration made: `TRIGGER on TABLE`.
    func foreignTriggers() -> SQLStatement {
        """
        select format('%I on %I', t.tgname, c.relname)
          from pg_trigger t
          join pg_class c on c.oid = t.tgrelid and c.relnamespace = to_regnamespace(\(schema.quoted))
          join pg_proc p on p.oid = t.tgfoid
         where not t.tgisinternal and p.pronamespace <> c.relnamespace
         order by c.relname, t.tgname
        """
    }

    /// A row for every worker: its words, its version, whether its lease runs, for how many seconds it has not, how many
    /// jobs it holds, and whether it knows only an older version of the schema.
    func workers() -> SQLStatement {
        """
        select w.host || ' pid ' || w.pid, w.version, w.heartbeat_at + w.lease > now,
               extract(epoch from now - w.heartbeat_at - w.lease)::float8, coalesce(held.jobs, 0),
               coalesce(w.schema_version < (select max(version) from \(unescaped: name).migrations), false)
          from \(unescaped: name).workers w
         cross join \(unescaped: name).clock_now() as now
          left join (
            select worker_id, count(*) as jobs from \(unescaped: name).jobs where worker_id is not null group by worker_id
          ) as held on held.worker_id = w.id
         order by w.host, w.pid
        """
    }

    /// A row for every kind of job that is due and that nobody holds: queue, handler, number, the time of the oldest and how
    /// many seconds ago that was, and what keeps it from being claimed, as a word and in words, if anything does.
    func waitingJobs() -> SQLStatement {
        """
        select j.queue, j.handler, j.jobs, extract(epoch from j.oldest)::float8, extract(epoch from now - j.oldest)::float8,
               o.reason, o.detail
          from \(unescaped: name).clock_now() as now
         cross join lateral (
           select queue, handler, count(*) as jobs, min(run_at) as oldest
             from (
               select \(unescaped: name).served_queue(queue) as queue, handler, run_at
                 from \(unescaped: name).jobs
                where worker_id is null and position is not null and run_at <= now
             ) as due
            where queue is not null
            group by queue, handler
         ) as j
          left join lateral (
            select reason, detail from \(unescaped: name).obstacles(null, null, j.queue, j.handler, 0, true) limit 1
          ) as o on true
         order by j.oldest
        """
    }

    /// The number of jobs that are due and that nobody holds; tables are enough for it.
    func dueJobs() -> SQLStatement {
        """
        select count(*) from \(unescaped: name).jobs
         where worker_id is null and position is not null and run_at <= \(unescaped: name).clock_now()
        """
    }

    /// A row for every name with parked operations: the name, their number, for how many seconds the oldest waits, and what keeps them.
    func parkedNames() -> SQLStatement {
        """
        select p.name, p.operations, extract(epoch from \(unescaped: name).clock_now() - p.parked_at)::float8, o.detail
          from (
            select name, count(*) as operations, min(parked_at) as parked_at
              from \(unescaped: name).operations
             where parked_at is not null
             group by name
          ) as p
         cross join lateral \(unescaped: name).obstacles(null, p.name, null, null, null, true) as o
         order by p.name
        """
    }

    /// A row for every schedule that is in trouble: name, operation, status, for how many seconds it is due, and more about it.
    ///
    /// The status is overdue, failing, paused (by failures), or anything else where nobody knows the operation.
    func troubledSchedules() -> SQLStatement {
        """
        select s.name, s.operation, case when s.undeclared_at is not null then 'undeclared' else s.status end, coalesce(extract(epoch from \(unescaped: name).clock_now() - s.due_at), 0)::float8,
               coalesce(s.pause_reason, s.last_error, '')
          from \(unescaped: name).schedule_status s
         where s.status in ('overdue', 'failing')
            or s.status = 'paused' and (s.failures_count >= s.pause_after_failures or s.undeclared_at is not null)
            or s.status = 'active' and not exists (select from \(unescaped: name).definitions d where d.name = s.operation and d.current)
         order by s.name
         limit 20
        """
    }

    /// A row for everything that is not as the code of applications declares it: application, schedule, doubt, detail.
    func doubtfulSchedules() -> SQLStatement {
        "select application, schedule, doubt, detail from \(unescaped: name).doubtful_schedules() limit 20"
    }

    /// A row for every table that changes much: name, live rows, dead rows, seconds since its last vacuum, and whether
    /// autovacuum is switched off for it.
    func deadRows() -> SQLStatement {
        """
        select s.relname::text, s.n_live_tup, s.n_dead_tup,
               extract(epoch from clock_timestamp() - greatest(s.last_autovacuum, s.last_vacuum))::float8,
               coalesce('autovacuum_enabled=false' = any (c.reloptions) or 'autovacuum_enabled=off' = any (c.reloptions), false)
          from pg_stat_user_tables s
          join pg_class c on c.oid = s.relid
         where s.schemaname = \(schema.text) and s.relname in ('jobs', 'actions', 'operations', 'attempts', 'workers')
         order by s.relname
        """
    }
}
