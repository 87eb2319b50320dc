import LibPQ

/// Judges whether every slot was run once, or skipped for a reason that holds, from what was left in the database.
struct SweptSlots {
    let engine: EngineDriver

    /// Keeps what the engine forgets: every skip, every pause, and runs of skipped slots that are old.
    ///
    /// And lets a session that is told to end itself before it writes.
    static func log(schema: String) -> String {
        log.replacing("set search_path from current", with: "set search_path = \(schema), pg_temp")
    }

    private static let log = """
        create table skips (schedule_id bigint, since timestamptz, slot timestamptz, count integer, reason text, detail text, at timestamptz);
        create table skipped_rows (like skipped_slots);
        create table pauses (schedule_id bigint, since timestamptz, until timestamptz);
        create function log_skip() returns trigger language plpgsql set search_path from current as $$
        begin
          if tg_op = 'DELETE' then
            insert into skipped_rows values (old.*);
          else
            insert into skips values (new.schedule_id, case when tg_op = 'UPDATE' then old.last_slot + interval '1 microsecond' else new.first_slot end,
                                      new.last_slot, new.count - case when tg_op = 'UPDATE' then old.count else 0 end,
                                      new.reason, new.detail, new.at);
          end if;
          return null;
        end
        $$;
        create trigger log_skip after insert or update or delete on skipped_slots for each row execute function log_skip();
        create function log_pause() returns trigger language plpgsql set search_path from current as $$
        begin
          if new.paused_at is null then
            update pauses set until = clock_now() where schedule_id = new.id and until is null;
          else
            insert into pauses values (new.id, new.paused_at);
          end if;
          return null;
        end
        $$;
        create trigger log_pause after update on schedules for each row
          when ((old.paused_at is null) <> (new.paused_at is null)) execute function log_pause();
        create function die() returns trigger language plpgsql set search_path from current as $$
        begin
          if current_setting('sweep.dies_at') = tg_table_name then
            if current_setting('sweep.writes')::integer = 0 then
              perform pg_terminate_backend(pg_backend_pid());
            end if;
            perform set_config('sweep.writes', (current_setting('sweep.writes')::integer - 1)::text, false);
          end if;
          return new;
        end
        $$;
        create trigger die before insert on operations for each row when (current_setting('sweep.dies_at', true) <> '') execute function die();
        create trigger die before update on schedules for each row when (current_setting('sweep.dies_at', true) <> '') execute function die();
        create trigger die before insert or update on skipped_slots for each row
          when (current_setting('sweep.dies_at', true) <> '') execute function die();
        """

    /// Lists all slots, by `next_slot` and by multiplication, and what became of each.
    func expect(until end: Double) async throws {
        try await engine.connection.script(
            """
            create table cron_slots as
            with recursive pairs as materialized (
              select cron, time_zone, parse_cron(cron) as sets from schedules where cron is not null group by cron, time_zone
            ), slots (cron, time_zone, sets, slot) as (
              select cron, time_zone, sets, next_slot(sets, time_zone, to_timestamp(\(SweptYears.beginning))) from pairs
              union all
              select cron, time_zone, sets, next_slot(sets, time_zone, slot) from slots where slot <= to_timestamp(\(end))
            )
            select cron, time_zone, slot from slots;
            create table expected as
            select s.id, s.name::text as name, row_number() over (partition by s.id order by t.slot) as n, t.slot
              from schedules s
             cross join lateral (
               select slot from cron_slots c where (c.cron, c.time_zone) = (s.cron, s.time_zone)
               union all
               select s.starts_at + make_interval(secs => extract(epoch from s.every)::double precision * k)
                 from generate_series(0, 2000) as k where s.every is not null
             ) as t
             where t.slot <= to_timestamp(\(end)) and t.slot > to_timestamp(\(SweptYears.beginning)) and t.slot >= s.starts_at and (s.ends_at is null or t.slot <= s.ends_at);
            create unique index on expected (id, slot);
            create unique index on expected (id, n);
            create table runs as
            select e.id, e.n, e.slot, o.id as operation_id, o.created_at, o.ended_at
              from operations o left join expected e on e.name = o.schedule and e.slot = o.slot where o.schedule is not null;
            create table skipped as
            select l.schedule_id as id, e.n, e.slot, l.reason, l.detail, l.at,
                   min(e.slot) over (partition by l.schedule_id, l.since, l.slot, l.at) as first_slot
              from skips l
              left join expected e on e.id = l.schedule_id and e.slot between l.since and l.slot;
            create index on runs (id, n);
            create index on skipped (id, n);
            analyze expected, runs, skipped;
            """
        )
    }

    /// How many slots were run, and how many skipped for which reason.
    func figures() async throws -> [String] {
        try await engine.values(
            """
            select 'slots ' || count(*) from expected
            union all select 'run ' || count(*) from runs
            union all select 'skipped, ' || reason || ' ' || count(*) from skipped group by reason
            """
        )
    }

    private static func skips(_ reason: String, unless rule: String) -> SQLStatement {
        SQLStatement(
            unescaped: """
                select format('%s/%s at %s: %s', s.name, slot_text(k.slot), slot_text(k.at), k.detail) from skipped k join schedules s on s.id = k.id
                 where k.reason = '\(reason)' and (\(rule)) is not true limit 10
                """
        )
    }

    private static func runs(_ schedules: String, unless rule: String) -> SQLStatement {
        SQLStatement(
            unescaped: """
                select format('%s/%s at %s', s.name, slot_text(r.slot), slot_text(r.created_at)) from runs r join schedules s on s.id = r.id
                 where (\(schedules)) and (\(rule)) is not true limit 10
                """
        )
    }

    private static let mayBeLate = "interval '1 minute' + s.jitter"

    /// Each returns what breaks it.
    static let rules: [(rule: String, statement: SQLStatement)] = [
        (
            "what was run or skipped is a slot",
            """
            select 'operation ' || operation_id from runs where n is null
            union all select format('schedule %s: %s', schedule_id, reason) from skips l
             where not exists (select from expected e where (e.id, e.slot) = (l.schedule_id, l.slot)) limit 10
            """
        ),
        (
            "every slot was run or skipped once",
            """
            select format('%s/%s: %s', e.name, slot_text(e.slot), d.number)
              from expected e
              join schedules s on s.id = e.id
             cross join lateral (
               select (select count(*) from runs r where (r.id, r.n) = (e.id, e.n)) + (select count(*) from skipped k where (k.id, k.n) = (e.id, e.n)) as number
             ) as d
             where d.number <> case when e.slot <= s.decided_until then 1 else 0 end limit 10
            """
        ),
        (
            "a run of skipped slots has as many as it says, and none that was run",
            """
            select format('%s %s-%s has %s, not %s', k.schedule_id, slot_text(k.first_slot), slot_text(k.last_slot), e.number, k.count)
              from (select * from skipped_slots union all select * from skipped_rows) as k
             cross join lateral (
               select count(*) as number, count(*) filter (where exists (select from runs r where (r.id, r.n) = (e.id, e.n))) as run
                 from expected e where e.id = k.schedule_id and e.slot between k.first_slot and k.last_slot
             ) as e
             where e.run > 0 or e.number <> k.count and not (k.count > 1000 and e.number > k.count) limit 10
            """
        ),
        (
            "the counts are those of the rows",
            """
            select name::text from schedules s
             where run_count <> (select count(*) from runs r where r.id = s.id)
                or skipped_count <> (select count(*) from skipped k where k.id = s.id)
                   and not exists (select from skips l where l.schedule_id = s.id and l.count > 1000) limit 10
            """
        ),
        (
            "nothing that is due is left",
            "select name::text from schedules where due_at <= clock_now() or buffered_slot is not null or paused_at is not null"
        ),
        (
            "none runs before it is due",
            runs("true", unless: "r.created_at >= r.slot + slot_jitter(s.name, r.slot, s.jitter)")
        ),
        (
            "none runs beside another that it may not overlap",
            """
            select format('%s/%s at %s', s.name, slot_text(r.slot), slot_text(r.created_at)) from (
              select r.*, lag(operation_id) over w as former_id, lag(ended_at) over w as former_end from runs r window w as (partition by id order by operation_id)
            ) as r join schedules s on s.id = r.id
             where s.overlap <> 'allow' and r.former_id is not null and (r.former_end <= r.created_at) is not true limit 10
            """
        ),
        (
            "none runs later than its window, unless it waited",
            runs("s.overlap <> 'buffer'", unless: "r.created_at <= r.slot + s.catch_up_window + s.jitter")
        ),
        (
            "none runs late with catch_up none, unless it waited",
            runs(
                "s.overlap <> 'buffer' and s.catch_up = 'none'",
                unless: "r.created_at <= r.slot + \(mayBeLate)"
            )
        ),
        (
            "only the latest runs late with catch_up latest, unless it waited",
            runs(
                "s.overlap <> 'buffer' and s.catch_up = 'latest' and r.created_at > r.slot + \(mayBeLate)",
                unless:
                    "not exists (select from expected e where e.id = r.id and e.n = r.n + 1 and e.slot <= r.created_at)"
            )
        ),
        (
            "what is skipped as active met an active operation",
            skips(
                "active",
                unless: """
                    s.overlap = 'skip' and exists (
                      select from runs r where r.id = k.id and k.detail = format('operation %s is active', r.operation_id)
                         and r.created_at <= k.at and (r.ended_at is null or r.ended_at >= k.at)
                    )
                    """
            )
        ),
        (
            "what is skipped as buffered met another that waited",
            skips(
                "buffered",
                unless: """
                    s.overlap = 'buffer' and exists (
                      select from expected e where e.id = k.id and e.n < k.n and k.detail = format('slot %s waits already', slot_text(e.slot))
                         and (exists (select from runs r where (r.id, r.n) = (e.id, e.n) and r.created_at >= k.at)
                              or exists (select from skipped o where (o.id, o.n) = (e.id, e.n) and o.at >= k.at))
                    )
                    """
            )
        ),
        (
            "what is skipped for its window was too late",
            skips("window", unless: "k.slot < k.at - s.catch_up_window - s.jitter")
        ),
        (
            "what is skipped as late was, and catch_up leaves it out",
            skips(
                "late",
                unless: """
                    k.first_slot < k.at - \(mayBeLate) and case s.catch_up
                      when 'none' then k.slot < k.at - \(mayBeLate)
                      when 'latest' then exists (select from expected e where e.id = k.id and e.n = k.n + 1 and e.slot <= k.at)
                      else (select count(*) from expected e where e.id = k.id and e.n > k.n and e.slot <= k.at) >= s.catch_up_limit
                    end
                    """
            )
        ),
        (
            "what is skipped as paused was",
            skips(
                "paused",
                unless:
                    "k.slot <= k.at and exists (select from pauses p where p.schedule_id = k.id and k.at in (p.since, p.until))"
            )
        ),
        (
            "nothing else was skipped",
            "select reason from skipped where reason not in ('active', 'buffered', 'window', 'late', 'paused') limit 10"
        ),
    ]
}
