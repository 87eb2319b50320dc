import BackOpsTesting
import LibPQ
import Testing

/// Two sessions, one that watches them, and the same rows before every run.
struct RaceStage: Sendable {
    /// What two calls left behind, with names in place of ids.
    struct Result: Equatable, Sendable {
        var answers: [RaceSession.Outcome]
        var state: String
    }

    private static let epoch = 1_767_225_600
    /// Ids that nobody can mistake for a count or for each other.
    private static let firstClaim = 1_000_000
    private static let firstOperation = 5_000_000
    /// The tables before whose rows a call can be stopped.
    static func pauses(_ race: Race) -> [String] {
        tables.filter { $0 != "operation_keys" || race.usesKeys }.filter {
            ($0 != "signals" || race.usesSignals) && ($0 != "approvals" || race.usesApprovals)
                && ($0.hasPrefix("limit") == false || race.usesLimits || race.usesQueueLimits)
                && ($0 != "queue_limits" || race.usesQueueLimits)
                && ($0 != "rate_gates" || race.usesRates)
                && ($0.hasPrefix("fair_") == false || race.usesFairQueues)
        }
    }

    private static let tables = [
        "jobs", "operations", "actions", "attempts", "workers", "operation_keys", "signals", "approvals",
        "limit_gates", "limit_releases", "rate_gates", "queue_limits", "fair_lanes",
        "fair_keys",
    ]
    /// All rows, and of a wait what they have beside; not how many have been in line before a gate, and when a line is looked at, nor which
    /// turn of a fair queue it is.
    private static let state: SQLStatement = """
        select concat_ws(e'\n',
          regexp_replace(regexp_replace(regexp_replace(regexp_replace(model_state(), '^(lane|turns)[|].*\n?', '', 'gn'), '^(job[|].*)[|][0-9]+$', e'\\\\1|in turn', 'gn'), '^(gate[|].*)[|][0-9]+$', e'\\\\1', 'gn'), '^(pace[|].*)[|][0-9]+[|][0-9]+$', e'\\\\1', 'gn'),
          (select string_agg(format('signal|%s|%s|%s|%s|%s|%s', operation_id, name, payload, dedup_key, read_position, read_run),
                             e'\n' order by operation_id, id) from signals),
          (select string_agg(format('wait|%s|%s|%s', operation_id, position, wait_outcome), e'\n' order by operation_id, position)
             from actions where wait is not null),
          (select string_agg(format('waits since|%s|%s', operation_id, date_part('epoch', waits_since)), e'\n' order by operation_id)
             from jobs where waits_since is not null))
        """
    private static let replaced = "replaced by operation "

    let sessions: [RaceSession]
    let observer: PQConnection
    private let gatekeeper: PQConnection

    static func open(_ database: TestDatabase) async throws -> RaceStage {
        try await EngineSession.makeHelpers(database)
        try await database.script(pauseTriggers + EngineSession.pinned("pause()", database))
        func connect() async throws -> PQConnection { try await PQConnection.connect(database.options) }
        let (first, second) = try await (connect(), connect())
        let (observer, gatekeeper) = try await (connect(), connect())
        return RaceStage(
            sessions: [
                RaceSession(first, rivals: [second, gatekeeper], observer: observer),
                RaceSession(second, rivals: [first, gatekeeper], observer: observer),
            ],
            observer: observer,
            gatekeeper: gatekeeper
        )
    }

    func close() async {
        for connection in sessions.map(\.connection) + [observer, gatekeeper] { await connection.close() }
    }

    // MARK: - Before and after

    /// Puts everything back to how it was before the race.
    ///
    /// - Parameter race: The race.
    /// - Returns: What the setting-up statements gave, by name.
    /// - Throws: `PQError`.
    func setUp(_ race: Race) async throws -> [String: String] {
        try await observer.script(
            """
            delete from operations; delete from actions; delete from jobs; delete from attempts; delete from workers;
            delete from operation_keys; delete from limits; delete from limit_gates; delete from limit_releases;
            delete from queue_limits; delete from fair_queues; delete from fair_lanes; delete from fair_keys;
            delete from rates; delete from rate_gates;
            delete from definition_actions; delete from definitions;
            select setval('claim_ids', \(Self.firstClaim)), setval('operations_id_seq', \(Self.firstOperation)),
                   setval('definitions_id_seq', 1);
            select set_config('backops.now', to_timestamp(\(Self.epoch))::text, false);
            select register_definition('Flow', '{"main": [["A", {"backoff": {"jitter": 0}}], "B"], "side": ["S"]}');
            """
        )
        var values: [String: String] = [:]
        for statement in race.setUp {
            let parts = statement.split(separator: " = ", maxSplits: 1)
            let sql = Self.fill(String(parts[1]), values)
            let row = try #require(try await observer.query("select (\(unescaped: sql))::text").first)
            values[String(parts[0])] = try row.decode(0)
        }
        for (index, call) in [race.first, race.second].enumerated() {
            try await setClock(of: index, to: call.at)
        }
        return values
    }

    /// Of a session that remembers nothing of former races, which were at the same time.
    private func setClock(of index: Int, to seconds: Int) async throws {
        let time = "to_timestamp(\(Self.epoch + seconds))::text"
        try await sessions[index].connection.script(
            """
            select set_config('backops.now', \(time), false), set_config('backops.limits_seen', '', false),
                   set_config('race.pause', '', false)
            """
        )
    }

    /// Lets whoever may go on do so, after a race about limits or turns, and looks for those that do not.
    func leftInLine(_ race: Race, _ values: [String: String]) async throws -> String {
        // A look that left out what somebody had locked is followed by another one a little later.
        let seconds = Self.epoch + max(race.first.at, race.second.at) + (race.usesRates ? 1 : 0)
        try await observer.script("select set_config('backops.now', to_timestamp(\(seconds))::text, false)")
        for _ in 0..<2 {
            try await observer.script(Self.fill("select count(*) from claim({w2}, 10)", values))
        }
        return try await observer.query(Self.left)[0].decode(0, as: String?.self) ?? ""
    }

    private static let left: SQLStatement = """
        select string_agg(line, e'\n')
          from (
            select format('operation %s is in the line of %s, which has a free slot', j.operation_id, j.gate) as line
              from jobs j
              join limit_gates g on g.gate = j.gate
              join limits l on l.name = g.name
             where (select count(*) from jobs h where j.gate in (h.operation_slot, h.action_slot)) < l.maximum
            union all
            select format('operation %s has come to a limit, and nobody has looked', operation_id) from jobs where queue = '/limits' and run_at <= clock_now()
            union all
            select format('%s hold a slot of %s, and %s may', count(*), g.gate, l.maximum)
              from jobs h
              join limit_gates g on g.gate in (h.operation_slot, h.action_slot)
              join limits l on l.name = g.name
             group by g.gate, l.maximum, l.declared
            having count(*) > greatest(l.maximum, l.declared)
            union all
            select format('%s are in line before %s, and the first of them may start at %s', waiting, gate, next_start)
              from rate_lines
             where waiting > 0 and next_start <= clock_now() + interval '2 seconds'
            union all
            select format('two start under %s within %s', gate, later - paced_at)
              from (
                select rate_gate_of(a.limits -> 'rate', o.globals) as gate, a.limits -> 'rate' ->> 'name' as name, j.paced_at,
                       lead(j.paced_at) over (partition by rate_gate_of(a.limits -> 'rate', o.globals) order by j.paced_at) as later
                  from jobs j
                  join operations o on o.id = j.operation_id
                  join actions a on a.operation_id = j.operation_id and a.position = j.position
                 where j.paced_at is not null
              ) as start
              join rates r on r.name = start.name
             where later - paced_at < r.gap and r.burst = 1 and r.version = 1
            union all
            select format('operation %s is due in the queue %s, of which %s of %s run', min(j.operation_id), l.queue, l.holding, l.maximum)
              from queue_limits l
              join jobs j on j.queue = l.queue and j.worker_id is null and j.crashes = 0 and j.run_at <= clock_now()
             where l.holding < l.maximum
             group by l.queue
            union all
            select format('operation %s runs, and the queue %s does not count it', j.operation_id, l.queue)
              from queue_limits l
              join jobs j on j.queue = l.queue and j.worker_id is not null and j.queue_slot is null
             where l.maximum is not null
            union all
            select format('operation %s has its turn, and nobody claims it', operation_id)
              from jobs where turn is not null and not exists (select from queue_limits where maximum is not null)
            union all
            select i::text from invariants() as i where i.invariant like 'slots_%' or i.invariant like 'lines_%' or i.invariant like 'turns_%'
          ) as found
        """

    static func fill(_ sql: String, _ values: [String: String]) -> String {
        values.reduce(sql) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// All rows and the answers, with names for ids in the order in which they appear.
    ///
    /// Of enqueues under a key the one that came first may have the greater id: theirs are named in the order of the answers.
    func result(
        _ race: Race,
        _ answers: [RaceSession.Outcome],
        _ values: [String: String]
    ) async throws -> Result {
        let state = try await observer.query(Self.state)[0].decode(0, as: String.self)
        var naming = Naming(workers: values)
        if race.usesKeys {
            for case .answered(let text) in answers { _ = naming.named(text) }
        }
        let named = naming.named(state)
        return Result(
            answers: answers.map { answer in
                if case .answered(let text) = answer { .answered(naming.named(text)) } else { answer }
            },
            // Workers come in the order of their ids, which are random.
            state: named.split(separator: "\n").sorted().joined(separator: "\n")
        )
    }

    /// Gives ids names.
    private struct Naming {
        private var names: [Substring: String] = [:]
        private var count = 0

        init(workers values: [String: String]) {
            for (name, value) in values where name.hasPrefix("w") { names[Substring(value)] = name }
        }

        mutating func named(_ text: String) -> String {
            text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                line.split(separator: "|", omittingEmptySubsequences: false).map { name($0) }.joined(
                    separator: "|"
                )
            }.joined(separator: "\n")
        }

        private mutating func name(_ field: Substring) -> String {
            if field.hasPrefix(RaceStage.replaced) {
                return RaceStage.replaced + name(field.dropFirst(RaceStage.replaced.count))
            }
            if let name = names[field] { return name }
            guard let number = Int(field), let kind = kind(number) else { return String(field) }
            count += 1
            let name = "\(kind) \(count)"
            names[field] = name
            return name
        }

        private func kind(_ number: Int) -> String? {
            let range = 0..<10_000_000
            if range.contains(number - RaceStage.firstOperation) { return "operation" }
            // Below the number of a claim are random bits.
            return range.contains(number >> 20 - RaceStage.firstClaim) ? "claim" : nil
        }
    }

    // MARK: - Pausing inside a function

    /// Makes one session stop before it writes a row of a table, until ``release()``.
    func pause(_ index: Int, before table: String) async throws {
        try await sessions[index].connection.script("select set_config('race.pause', '\(table)', false)")
        try await gatekeeper.script("select pg_advisory_lock(hashtext(current_schema()))")
    }

    func release() async throws {
        try await gatekeeper.script("select pg_advisory_unlock_all()")
    }

    private static let pauseTriggers =
        """
        create function pause() returns trigger language plpgsql as $$
        begin
          if current_setting('race.pause', true) = tg_table_name then
            perform pg_advisory_lock_shared(hashtext(current_schema()));
            perform pg_advisory_unlock_shared(hashtext(current_schema()));
          end if;
          return case when tg_op = 'DELETE' then old else new end;
        end
        $$;
        """
        + tables.map {
            "create trigger pause before insert or update or delete on \($0) for each row execute function pause();"
        }
        .joined(separator: "\n")
}
