import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import TestSupport
import Testing

/// Does what a closure says.
private struct Import: OperationDefinition {
    static let name = "Import"
    let body: @Sendable (ActionContext) async throws -> Void
    var branches: [Branch] { Do("Rows", body) }
}

@Suite(.backops) struct `Progress of an action` {
    private func progress(_ database: TestDatabase) async throws -> [String] {
        try await database.query(
            "select coalesce(reported_progress::text, '-') || ' ' || coalesce(progress_note, '-') from operation_status order by id"
        ).map { try $0.decode(0, as: String.self) }
    }

    @Test func `is visible in SQL while it runs and nothing else goes on, and gone afterwards`() async throws
    {
        let database = TestDatabase.current
        let gate = Gate()
        let definition = Import { context in
            for row in 1...40 { context.progress(Double(row) / 100, "\(row) of 100") }
            await gate.wait()
        }
        try await withClient { client in
            let handle = try await client.enqueue(Import.self)
            try await working(.test { definition }) {
                try await eventually("it is shown") { try await progress(database) == ["0.4 40 of 100"] }
                gate.open()
                _ = try await handle.result(timeout: .seconds(600))
            }
        }
        #expect(try await progress(database) == ["- -"])
    }

    @Test func `costs a write a second at most, for all actions together`() async throws {
        let database = TestDatabase.current
        let gate = Gate()
        let definition = Import { context in
            var calls = 0
            while !gate.isOpen {
                calls += 1
                context.progress(0.5, "\(calls)")
                await Task.yield()
            }
        }
        // A write moves the row; sequences count even what is not seen.
        try await database.script(
            """
            create sequence writes;
            create function count_writes() returns trigger language plpgsql as $$ begin perform nextval('writes'); return null; end $$;
            create trigger count_writes after update of progress_note on jobs for each statement execute function count_writes()
            """
        )
        try await withClient { client in
            let began = ContinuousClock.now
            try await client.enqueue(Import.self, batch: Array(repeating: [:], count: 4))
            let worker = try BackOpsWorker.test { definition }
            try await working(worker) {
                try await eventually("two reports were written") {
                    try await database.query("select last_value from writes")[0].decode(0, as: Int64.self)
                        >= 2
                }
                gate.open()
                try await eventually("all are done") {
                    try await database.query("select count(*) from jobs")[0].decode(0, as: Int64.self) == 0
                }
            }
            // Besides one for each second there are those of the outcomes, which clear it.
            let seconds = Int64((ContinuousClock.now - began) / .seconds(1))
            let writes = try await database.query("select last_value from writes")[0].decode(
                0,
                as: Int64.self
            )
            #expect(writes <= seconds + 2 + 8)
            try await database.script("drop function count_writes() cascade; drop sequence writes")
        }
    }

    @Test func `that could not be written is written later`() async throws {
        let database = TestDatabase.current
        let gate = Gate()
        let isRunning = Gate()
        let definition = Import { context in
            isRunning.open()
            context.progress(0.4, "once")
            await gate.wait()
        }
        try await withClient { client in
            let handle = try await client.enqueue(Import.self)
            try await working(.test { definition }) {
                await isRunning.wait()
                let other = try await PQConnection.connect(database.options)
                try await other.script("begin; select 1 from jobs for update")
                // While somebody has the row, a report passes it over; that it does is seen from its end.
                try await eventually("a report has passed the row over") {
                    try await database.query(
                        "select count(*) from pg_stat_activity where query like '%report_progress%' and pid <> pg_backend_pid()"
                    )[0].decode(0, as: Int64.self) > 0
                }
                try await other.script("commit")
                await other.close()
                try await eventually("it is shown") { try await progress(database) == ["0.4 once"] }
                gate.open()
                _ = try await handle.result(timeout: .seconds(600))
            }
        }
    }
}
