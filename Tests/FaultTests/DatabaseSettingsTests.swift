import BackOps
import LibPQ
import TestSupport
import Testing

/// What a DBA sets for a role or a database, and what callers choose.
@Suite(.timeLimit(.minutes(30))) struct `A worker under a DBA's settings` {
    /// Two workers, so that they contend, with the settings in force for their role.
    private func withSettings(
        _ settings: [String],
        leaseSeconds: Int = 2,
        _ body: (Site, [WorkerProcess]) async throws -> Void
    ) async throws {
        try await withSite { site in
            for setting in settings {
                try await site.client.pool.script("alter role postgres set \(setting)")
            }
            let workers = try (0..<2).map { _ in
                try WorkerProcess(site.conninfo, .init(leaseSeconds: leaseSeconds))
            }
            for worker in workers { try await worker.logs("worker started") }
            try await body(site, workers)
            for worker in workers { #expect(worker.stop() == 0) }
        }
    }

    @Test(arguments: [
        // No less: the actions' own statements obey it, and a machine may stand still for a while.
        ["statement_timeout = '5s'"],
        ["lock_timeout = '50ms'"],
        ["idle_in_transaction_session_timeout = '1s'"],
        ["idle_session_timeout = '1500ms'"],
        ["default_transaction_isolation = 'repeatable read'"],
        ["default_transaction_isolation = 'serializable'"],
        ["default_transaction_deferrable = on", "default_transaction_isolation = 'serializable'"],
        [
            "search_path = 'nowhere'", "datestyle = 'German'", "intervalstyle = 'sql_standard'",
            "timezone = 'Asia/Kolkata'",
        ],
    ])
    func `does its work, and repeats nothing`(settings: [String]) async throws {
        try await withSettings(settings) { site, workers in
            let recorded = try await site.enqueue("Ledger", count: 100)
            let plain = try await site.enqueue("Plain", count: 100)
            try await site.settled()
            #expect(try await site.count("completed") == 200)
            try await site.expectEveryEffectOnce(of: recorded)
            let starts = try await site.value("select count(*) from starts", as: Int.self)
            #expect(starts == plain.count * 3)
            let attempts = try await site.value(
                "select coalesce(string_agg(concat_ws(': ', outcome, error_message), '; '), 'none') from backops.attempts",
                as: String.self
            )
            #expect(attempts == "none")
            for worker in workers {
                #expect(worker.log.filter { $0.level == "error" }.map(\.message) == [])
            }
        }
    }

    @Test(arguments: ["repeatable read", "serializable"])
    func `runs the engine's statements at read committed all the same`(level: String) async throws {
        try await withSettings(["default_transaction_isolation = '\(level)'"]) { site, workers in
            try await site.noteSetting("transaction_isolation")
            try await site.enqueue("Ledger", count: 5)
            try await site.enqueue("Plain", count: 5)
            try await site.settled()
            #expect(try await site.notedSettings() == ["read committed"])
        }
    }

    @Test func `runs the engine's statements within half a lease, whatever the role says`() async throws {
        try await withSettings(["statement_timeout = '1h'"]) { site, workers in
            try await site.noteSetting("statement_timeout")
            try await site.enqueue("Plain", count: 5)
            try await site.settled()
            #expect(try await site.notedSettings() == ["1s"])
        }
    }

    @Test func `says what is wrong while everything is read-only, and goes on when it is not`() async throws {
        // It cannot renew its lease meanwhile.
        try await withSettings([], leaseSeconds: 120) { site, workers in
            let ids = try await site.enqueue("Late", ["ending": "completion"], count: 2)
            try await eventually("both run") {
                workers.reduce(0) { $0 + $1.lines("began").count } == 2
            }
            try await site.client.pool.script("alter role postgres set default_transaction_read_only = on")
            try await site.query(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'backops worker'"
            )
            for worker in workers { worker.open("attempt-1") }
            let busy = workers.filter { !$0.lines("began").isEmpty }
            let warning = "database refuses what the worker writes; it tries again until it is taken"
            for worker in busy { try await worker.logs(warning) }
            for worker in busy {
                #expect(worker.lines(warning).first?.metadata["error"]?.contains("read-only") == true)
            }
            try await site.client.pool.script(
                "begin read write; alter role postgres set default_transaction_read_only = off; commit"
            )
            try await site.query(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'backops worker'"
            )
            try await site.settled()
            for id in ids { #expect(try await site.state(id) == "completed") }
            // A completed action is not made a failure, or run again, because its result could not be stored for a while.
            #expect(workers.reduce(0) { $0 + $1.lines("began").count } == 2)
            #expect(try await site.value("select count(*) from backops.attempts", as: Int.self) == 0)
        }
    }

    /// A caller at SERIALIZABLE may have to try again, as ever: the engine does not spare it that.
    @Test(arguments: [PQIsolation.repeatableRead, .serializable])
    func `takes what callers enqueue at stricter levels`(level: PQIsolation) async throws {
        try await withSettings([]) { site, _ in
            let client = site.client
            try await withThrowingTaskGroup { group in
                for caller in 0..<20 {
                    group.addTask { try await enqueue(client, level, key: "caller \(caller)") }
                }
                try await group.waitForAll()
            }
            try await eventually("all of them are completed") { try await site.count("completed") == 20 }
            #expect(try await site.value("select count(*) from effects", as: Int.self) == 60)
        }
    }

    private func enqueue(_ client: BackOpsClient, _ level: PQIsolation, key: String) async throws {
        for _ in 0..<100 {
            do {
                return try await client.pool.withTransaction(isolation: level) { transaction in
                    _ = try await transaction.query("select count(*) from pg_class")
                    _ = try await transaction.query("select backops.enqueue('Ledger', key => \(key))")
                }
            } catch let error as PQError
                where level == .serializable && error.sqlState == .serializationFailure
            {
                continue
            }
        }
        throw NeverHappened(what: "\(key) could enqueue", limit: .zero)
    }
}

extension Site {
    /// Has a setting noted whenever a statement changes jobs: what a completion sees is decided by the function that it calls.
    fileprivate func noteSetting(_ name: String) async throws {
        try await client.pool.script(
            """
            create table noted (value text);
            create function note_setting() returns trigger language plpgsql as $$
            begin
              insert into public.noted values (current_setting('\(name)'));
              return null;
            end $$;
            create trigger note_setting after update on backops.jobs for each statement execute function note_setting();
            """
        )
    }

    fileprivate func notedSettings() async throws -> [String] {
        try await query("select distinct value from noted").map { try $0.decode(0, as: String.self) }
    }
}
