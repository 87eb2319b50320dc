import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import TestSupport
import Testing

/// An operation of one closure, named as the test wants.
private struct One: OperationDefinition {
    static let name = "One"
    let action: PlannedAction
    var branches: [Branch] {
        action
        Do("Last") { context in context["last"] = true }
    }

    init(_ name: String = "First", _ body: @escaping @Sendable (ActionContext) async throws -> Void) {
        action = Do(name, body).planned
    }

    init(_ action: some Plannable) {
        self.action = action.planned
    }
}

@Suite(.backops) struct `An action` {
    private func run(
        _ definition: One,
        _ globals: Globals = [:]
    ) async throws -> (OperationRecord, [AttemptRecord]) {
        try await withClient { client in
            let handle = try await client.enqueue(One.self, globals)
            try await BackOpsWorker.test { definition }.drain()
            return (try await handle.record(), try await client.attempts(of: handle.id))
        }
    }

    @Test func `that fails changes no globals, but keeps what it checkpointed`() async throws {
        let (record, attempts) = try await run(
            One { context in
                if context.attempt == 1 {
                    context["kept"] = 1
                    try await context.checkpoint()
                    context["lost"] = 1
                    throw Failure.retry(after: .zero, "once more")
                }
                #expect(context["kept"] == 1)
                #expect(context["lost"] == nil)
            }
        )
        #expect(record.state == .completed)
        #expect(try record.globals.members() == ["kept": 1, "last": true])
        #expect(attempts.map(\.errorMessage) == ["once more"])
    }

    @Test func `that fails for good is not tried again`() async throws {
        let (record, attempts) = try await run(One { _ in throw Failure.permanent("card declined") })
        #expect(record.state == .failed)
        #expect(record.error?.message == "card declined")
        #expect(attempts.count == 1)
    }

    @Test func `that snoozes costs no attempt`() async throws {
        let journal = Journal()
        let (record, attempts) = try await run(
            One { context in
                journal.note("attempt \(context.attempt)")
                if journal.entries.count < 2 { try context.snooze(.zero) }
                if journal.entries.count < 3 { throw Snooze(.now) }
            }
        )
        #expect(record.state == .completed)
        #expect(journal.entries == Array(repeating: "attempt 1", count: 3))
        #expect(attempts.map(\.outcome) == [.snoozed, .snoozed])
    }

    @Test func `that snoozes within limits fails once they are used up`() async throws {
        let (record, attempts) = try await run(
            One { try $0.snooze(.zero, atMost: 2, within: .seconds(3600)) }
        )
        #expect(record.state == .failed)
        #expect(record.error?.type == "SnoozeLimit")
        #expect(attempts.map(\.outcome) == [.snoozed, .snoozed, .failed])
    }

    @Test func `that takes too long is cancelled, and recorded as timed out`() async throws {
        let (record, attempts) = try await run(
            One(
                Do("Slow") { context in
                    if context.attempt == 1 { try await Task.sleep(for: .seconds(60)) }
                }
                .timeout(.milliseconds(50))
                .retry(.constant(maxAttempts: 2, delay: .zero))
            )
        )
        #expect(record.state == .completed)
        #expect(attempts.map(\.outcome) == [.timedOut])
    }

    @Test func `keeps numbers that no Double can hold`() async throws {
        let (record, _) = try await run(
            One { context in
                context["copy"] = context["big"]
                context["sum"] = .integer(9_007_199_254_740_993)
            },
            ["big": .integer(9_223_372_036_854_775_807)]
        )
        #expect(record.globals["copy"] == .integer(9_223_372_036_854_775_807))
        #expect(record.globals["sum"] == .integer(9_007_199_254_740_993))
    }

    @Test func `that asks for more than the database can hold fails, and its neighbours do not`() async throws
    {
        try await withClient { client in
            let definition = One(
                Do("Grow") { context in
                    if context["large"] == true {
                        context["text"] = .string(String(repeating: "x", count: 2 << 20))
                    }
                }
                .retry(.never)
            )
            let large = try await client.enqueue(One.self, ["large": true])
            let small = try await client.enqueue(
                One.self,
                batch: Array(repeating: ["large": false], count: 10)
            )
            try await BackOpsWorker.test { definition }.drain()
            let record = try await large.record()
            #expect(record.state == .failed)
            #expect(record.error?.message.contains("1 MiB") == true)
            for id in small { #expect(try await client.handle(id).record().state == .completed) }
        }
    }

    @Test func `sees the same idempotency key on every attempt, and another for another operation`()
        async throws
    {
        let journal = Journal()
        let definition = One { context in
            journal.note(context.idempotencyKey)
            if context.attempt == 1 { throw Failure.retry(after: .zero, "again") }
        }
        _ = try await run(definition)
        _ = try await run(definition)
        #expect(journal.entries.count == 4)
        #expect(journal.entries[0] == journal.entries[1])
        #expect(journal.entries[2] == journal.entries[3])
        #expect(journal.entries[0] != journal.entries[2])
    }

    @Test func `waits for the date that a global holds, at no cost in attempts`() async throws {
        struct Later: OperationDefinition {
            static let name = "Later"
            let journal: Journal
            var branches: [Branch] {
                Do("Now") { context in context["at"] = .string("2100-01-01T00:00:00Z") }
                Do("Then") { _ in journal.note("then") }.perform(at: GlobalKey<Date>("at"))
            }
        }
        let journal = Journal()
        try await withClient { client in
            let handle = try await client.enqueue(Later.self)
            let worker = try BackOpsWorker.test { Later(journal: journal) }
            try await worker.drain()
            let waiting = try await handle.record()
            #expect(waiting.status == .scheduled)
            #expect(waiting.attempt == 0)
            #expect(waiting.runAt == Date(timeIntervalSince1970: 4_102_444_800))
            #expect(journal.entries.isEmpty)
            // An operator does not want to wait.
            try await client.run(handle.id, from: .main, at: "Then")
            try await worker.drain()
            #expect(journal.entries == ["then"])
            #expect(try await handle.record().state == .completed)
        }
    }

    @Test func `shows its progress while it runs`() async throws {
        let gate = Gate()
        try await withClient { client in
            let handle = try await client.enqueue(One.self)
            let worker = try BackOpsWorker.test {
                One { context in
                    context.progress(0.4, "40 of 100")
                    await gate.wait()
                }
            }
            try await working(worker) {
                try await eventually("the progress is visible") {
                    guard let shown = try await handle.record().reportedProgress else { return false }
                    return abs(shown.fraction - 0.4) < 0.001 && shown.note == "40 of 100"
                }
                gate.open()
                #expect(try await handle.result(timeout: .seconds(600)).reportedProgress == nil)
            }
        }
    }
}

@Suite(.backops) struct `An action's own transaction` {
    @Test func `commits its statements, its globals, its jump and its completion together`() async throws {
        let database = TestDatabase.current
        try await database.query("create table effects (operation_id bigint, attempt integer)")
        struct Transfer: OperationDefinition {
            static let name = "Transfer"
            let client: BackOpsClient
            var branches: [Branch] {
                Do("Pay") { context in
                    try await context.transaction { transaction in
                        try await transaction.execute(
                            "insert into \(unescaped: TestDatabase.current.schema).effects values (\(context.operationID), \(Int32(context.attempt)))"
                        )
                        context["paid"] = true
                        try context.jump(to: "thanks")
                        try await client.enqueue(
                            OperationRequest("Child", ["parent": .integer(context.operationID)]),
                            in: transaction
                        )
                    }
                }
                Do("Skipped") { context in context["skipped"] = true }
                Branch("thanks") { Do("Thank") { context in context["thanked"] = true } }
            }
        }
        try await withClient { client in
            let handle = try await client.enqueue(Transfer.self)
            try await BackOpsWorker.test { Transfer(client: client) }.drain()
            let record = try await handle.record()
            #expect(record.state == .completed)
            #expect(record.globals["paid"] == true)
            #expect(record.globals["thanked"] == true)
            #expect(record.globals["skipped"] == true)
            #expect(try await database.value("select count(*) from effects", as: Int.self) == 1)
            #expect(
                try await client.operations.named("Child").first()?.globals["parent"] == .integer(handle.id)
            )
        }
    }

    @Test func `waits for a moment where somebody else has its job locked, at no cost in attempts`()
        async throws
    {
        let database = TestDatabase.current
        let begun = Gate()
        let locked = Gate()
        try await withClient { client async throws in
            let definition = One(
                Do("Pay") { context in
                    try await context.transaction { _ in
                        begun.open()
                        await locked.wait()
                    }
                }
            )
            let worker = try BackOpsWorker.test { definition }
            try await worker.drain()
            let handle = try await client.enqueue(One.self)
            try await working(worker) {
                await begun.wait()
                try await database.pool.withTransaction { transaction in
                    try await transaction.query("select from jobs for update")
                    locked.open()
                    try await eventually("the worker has found the job locked") {
                        try await database.value(
                            """
                            select exists (
                              select from pg_stat_activity
                               where state = 'idle in transaction' and query like \("%\(database.schema)%complete_many%")
                            )
                            """,
                            as: Bool.self
                        )
                    }
                }
                #expect(try await handle.result(timeout: .seconds(600)).state == .completed)
            }
            #expect(try await client.attempts(of: handle.id).isEmpty)
        }
    }

    @Test func `leaves nothing when the action fails inside it`() async throws {
        let database = TestDatabase.current
        try await database.query("create table effects (attempt integer)")
        try await withClient { client in
            let definition = One(
                Do("Pay") { context in
                    try await context.transaction { transaction in
                        try await transaction.execute(
                            "insert into \(unescaped: TestDatabase.current.schema).effects values (\(Int32(context.attempt)))"
                        )
                        context["paid"] = .integer(Int64(context.attempt))
                        if context.attempt == 1 { throw Broken() }
                    }
                }
                .retry(.constant(maxAttempts: 2, delay: .zero))
            )
            let handle = try await client.enqueue(One.self)
            try await BackOpsWorker.test { definition }.drain()
            #expect(try await handle.record().globals["paid"] == 2)
            #expect(
                try await database.value(
                    "select string_agg(attempt::text, ',') from effects",
                    as: String.self
                ) == "2"
            )
        }
    }

    @Test(arguments: [SQLState.deadlockDetected, .serializationFailure])
    func `runs again within its attempt when PostgreSQL ends it for the sake of another one`(
        state: SQLState
    ) async throws {
        let database = TestDatabase.current
        try await database.query("create table effects (run integer)")
        try await withClient { client in
            let runs = Counter()
            let definition = One(
                Do("Pay") { context in
                    try await context.transaction { transaction in
                        let run = runs.next()
                        try await transaction.execute(
                            "insert into \(unescaped: TestDatabase.current.schema).effects values (\(Int32(run)))"
                        )
                        context["run \(run)"] = true
                        guard run < 3 else { return }
                        try await transaction.run {
                            try $0.script("do $$ begin raise exception using errcode = '\(state)'; end $$")
                        }
                    }
                }
                .retry(.never)
            )
            let handle = try await client.enqueue(One.self)
            try await BackOpsWorker.test { definition }.drain()
            #expect(try await handle.record().globals.members() == ["run 3": true, "last": true])
            #expect(
                try await database.value(
                    "select string_agg(run::text, ',') from effects",
                    as: String.self
                ) == "3"
            )
        }
    }

    @Test func `changes nothing when the job was taken away meanwhile`() async throws {
        let database = TestDatabase.current
        try await database.query("create table effects (attempt integer)")
        try await withClient { client in
            let definition = One(
                Do("Pay") { context in
                    try await client.cancel(context.operationID)
                    try await context.transaction { transaction in
                        try await transaction.execute(
                            "insert into \(unescaped: TestDatabase.current.schema).effects values (1)"
                        )
                    }
                }
                .retry(.never)
            )
            let handle = try await client.enqueue(One.self)
            try await BackOpsWorker.test { definition }.drain()
            #expect(try await handle.record().state == .cancelled)
            #expect(try await database.value("select count(*) from effects", as: Int.self) == 0)
        }
    }
}
