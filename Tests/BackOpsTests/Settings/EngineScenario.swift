import LibPQ

/// A walk through the engine in one session, and what it answered, to be compared between sessions with other settings.
///
/// It names no ids, and no times but as seconds since 1970: those may differ.
struct EngineScenario {
    let connection: PQConnection
    private var answers: [String] = []

    private init(_ connection: PQConnection) { self.connection = connection }

    /// Goes through it, and takes everything back.
    static func run(on connection: PQConnection) async throws -> [String] {
        try await connection.script("begin")
        var scenario = EngineScenario(connection)
        do {
            try await scenario.enqueue()
            try await scenario.work()
            try await scenario.steer()
            try await scenario.look()
        } catch {
            try await connection.script("rollback")
            throw error
        }
        try await connection.script("rollback")
        return scenario.answers
    }

    /// Adds the first column of every row to the answers.
    private mutating func ask(_ statement: String) async throws {
        for row in try await connection.query(SQLStatement(unescaped: statement)) {
            answers.append(try row.decode(0, as: String?.self) ?? "null")
        }
    }

    private func number(_ statement: String) async throws -> Int64 {
        try await connection.query(SQLStatement(unescaped: statement))[0].decode(0)
    }

    // MARK: - Enqueueing

    private static let plan = """
        {"main": ["A", ["B", {"timeout": "1 day 01:02:03", "backoff": {"base": 0.1, "factor": 1.5, "jitter": 0}}], "C"],
         "side": [["S", {"perform_in": "1 day 2 hours", "max_attempts": 3}]]}
        """

    private mutating func enqueue() async throws {
        try await connection.script("set local backops.now = '2027-01-15 10:20:30.25+00'")
        _ = try await number("select register_definition('Flow', '\(Self.plan)')")
        _ = try await number(
            #"select register_definition('Timed', '{"main": [["A", {"perform_at_global": "at"}]]}')"#
        )
        try await ask("select fingerprint from definitions order by name")
        try await ask(
            "select jsonb_build_array(branch, name, extract(epoch from perform_in), extract(epoch from timeout), backoff)::text from definition_actions order by definition_id, position"
        )
        try await connection.script(
            """
            insert into operations (name, key, globals, tags) values
              ('Flow', 'one', '{"x": 0.1, "y": 1e20, "z": 12345678901234567890, "ü": ["–", null, true]}', '{a,b}'),
              ('Flow', 'two', '{"n": 2}', '{b}'), ('Flow', 'three', default, default), ('Nobody', 'parked', default, default);
            insert into operations (name, key, branches) values
              ('Own', 'own', '{"main": [["A", {"perform_at": "2027-02-01T00:00:00", "perform_in": 0.5}], "B"]}');
            insert into operations (name, key, globals) values ('Timed', 'timed', '{"at": "2027-01-15T12:00:00"}');
            insert into operations (name, key, perform_at) values ('Flow', 'later', clock_now() + interval '1 hour')
            """
        )
        try await ask(
            "select (enqueue('Flow', '{}', 'one') = (select id from operations where key = 'one'))::text"
        )
        try await ask(
            "select created::text from enqueue_many('Flow', array['{\"a\": 1}', '{}']::jsonb[], array['m1', 'one'], perform_in => '36 hours')"
        )
        for bad in [
            "insert into operations (name, globals) values ('Timed', '{\"at\": \"tomorrow\"}')",
            "insert into operations (name, branches) values ('Own', '{\"main\": [\"A\"]}'), ('Own', '{\"main\": []}')",
            "select from enqueue_many('Flow', array['{}', '[]']::jsonb[])",
            "insert into operations (name, queue) values ('Flow', 'Mail')",
            "select from register_worker('h', 1, '{Mail}', '{Flow/A}')",
            "select from retry(1::bigint << 60)",
        ] {
            try await connection.script("savepoint bad")
            do {
                _ = try await connection.query(SQLStatement(unescaped: bad))
                answers.append("not refused: \(bad)")
            } catch let error as PQError {
                // PostgreSQL quotes names in its own messages where it is told to.
                answers.append("\(error.sqlState?.rawValue ?? "") \(error.message.replacing("\"", with: ""))")
            }
            try await connection.script("rollback to bad")
        }
        try await ask(
            "select jsonb_build_array(o.key, o.globals, o.tags, j.handler, j.queue, extract(epoch from nullif(j.run_at, 'infinity')))::text from operations o join jobs j on j.operation_id = o.id order by o.id"
        )
    }

    // MARK: - Working

    private mutating func work() async throws {
        let worker = try await number(
            "select register_worker('h', 1, '{default}', '{Flow/A,Flow/B,Flow/C,Flow/S,Timed/A,/A,/B}', 4, '1', '1 day')"
        )
        try await ask("select (extract(epoch from lease))::text from workers")
        try await ask("select (h.alive, h.suspects, h.workers)::text from heartbeat(\(worker), true) as h")
        try await ask("select extract(epoch from next_due(\(worker)))::text from pg_sleep(0) where false")
        let claimed =
            "select jsonb_build_array(operation, branch, action, attempt, max_attempts, priority, timeout_ms, extract(epoch from run_at), globals, plan)::text from"
        try await ask("\(claimed) claim(\(worker), 10)")
        try await ask("\(claimed) held(\(worker))")
        let job: (String) -> String = {
            "\(worker), (select id from operations where key = '\($0)'), (select claim_id from jobs j join operations o on o.id = j.operation_id where o.key = '\($0)')"
        }
        let completed =
            "select jsonb_build_array(outcome, position, run, max_attempts, timeout_ms, branch, action, globals)::text from"
        try await ask(
            #"\#(completed) complete(\#(job("one")), '{"price": 19.99, "t": "2027-01-01"}', '{x}')"#
        )
        try await ask("select checkpoint(\(job("one")), '{\"set\": {\"early\": 1.50}}')::text")
        try await ask(
            "select outcome || ' ' || extract(epoch from run_at) from fail(\(job("one")), 'Mishap', 'no \u{2018}card\u{2019} \\ 42', 'there')"
        )
        try await ask("\(completed) complete(\(job("two")), null, null, 'side')")
        try await ask(
            "select store_logs(\(worker), array[operation_id], array[claim_id], array['[{\"number\": 1, \"at\": \"2027-01-15T10:20:30Z\", \"level\": \"info\", \"message\": \"hello\"}]']::jsonb[])::text from jobs where claim_id is not null"
        )
        try await ask(
            "select report_progress(\(worker), array[operation_id], array[claim_id], '{0.25}', '{quarter}')::text from jobs where claim_id is not null"
        )
        try await ask(
            "select record_actions('[{\"queue\": \"default\", \"operation\": \"Flow\", \"action\": \"main/A\", \"completed\": 2, \"failed\": 1, \"retried\": 0, \"max_ms\": 81.5, \"buckets\": [1,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}]')::text"
        )
        try await ask(
            "select outcome || ' ' || extract(epoch from run_at) from fail(\(job("three")), 'Mishap', 'for good', null, true)"
        )
        try await connection.script("set local backops.now = '2027-01-15 13:00:00+00'")
        try await ask("\(claimed) claim(\(worker), 10)")
        try await ask(
            "select outcome || ' ' || extract(epoch from run_at) from snooze(\(job("later")), '1 day')"
        )
        try await ask(
            "select outcome from release_many(\(job("timed").replacing("(select", with: "array(select")))"
        )
        try await ask("\(claimed) claim(\(worker), 10)")
        try await ask("\(completed) complete(\(job("timed")), p_continue => false)")
    }

    // MARK: - Steering and looking

    private mutating func steer() async throws {
        let id: (String) -> String = { "(select id from operations where key = '\($0)')" }
        try await ask("select state from retry(\(id("three")), 'again')")
        try await ask("select state from cancel(\(id("parked")), 'not needed')")
        try await ask("select globals::text from set_global(\(id("two")), 'k', '[1.10, \"x\"]')")
        try await ask("select state from reschedule(\(id("later")), clock_now() + interval '2 hours')")
        try await ask("select state from jump(\(id("own")), 'main', 'B')")
        try await ask("select state from skip(\(id("m1")))")
        try await ask("select state from run_from(\(id("timed")), 'main')")
        try await ask("select count(*)::text from retry_where('Flow', preview => true) as r")
        try await ask("select name from pause('mail', reason => 'why')")
        try await ask("select name || ' ' || state from find_operations('Flow', '{\"price\": 19.99}')")
        try await ask("select name || ' ' || state from find_operations(tags => '{b}') order by id")
        try await ask("select count(*)::text from rerun(\(id("two"))) as r")
    }

    private mutating func look() async throws {
        // Times are left out: a session shows them in its own zone and style.
        let views = [
            "operation_status": "id", "action_status": "operation_id, position", "failures": "1",
            "queue_depth": "queue", "wait_depth": "kind", "stuck": "1",
            "throughput": "1", "slow_actions": "1", "timeline": "1", "audit": "1", "worker_status": "1",
        ]
        for (view, order) in views.sorted(by: { $0.key < $1.key }) {
            try await ask(
                """
                select (select jsonb_object_agg(key, value) from jsonb_each(to_jsonb(v)) as e
                         where not key ~ '(_at|^at|since|minute|hour|age|id|ids|worker|^who|details?|note|ran_for|last_seen|enqueued_by|example)$'
                           and jsonb_typeof(value) <> 'number')::text
                  from \(view) v order by \(order)
                """
            )
        }
        try await ask(
            "select coalesce(reason, '') || coalesce(advice, '') ~ '.' from operations o cross join lateral explain(o.id) as e where false"
        )
        try await ask("select invariant || detail from invariants()")
        try await ask("select (pruned, more)::text from prune('1 second', completed => '0')")
    }
}
