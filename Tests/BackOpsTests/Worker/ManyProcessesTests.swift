import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import TestSupport
import Testing

@Suite(.backops, .timeLimit(.minutes(10)), .serialized) struct `Many worker processes` {
    init() async throws {
        try await TestDatabase.current.query(
            """
            create table effects (
              id bigint generated always as identity, operation_id bigint, action text, attempt integer, pid integer
            )
            """
        )
    }

    private func completed() async throws -> Int {
        try await TestDatabase.current.value(
            "select count(*) from operations where state = 'completed'",
            as: Int.self
        )
    }

    @Test func `eight of them drain 5,000 operations, and every action runs once and in order`() async throws
    {
        let database = TestDatabase.current
        try await withClient { client in
            let workers = try (0..<8).map { _ in try ChildProcess(pauseMilliseconds: 0, lease: 15) }
            try await client.enqueue(Known.self, batch: Array(repeating: [:], count: 5000))
            try await eventually("all operations are completed", within: .seconds(600)) {
                try await completed() == 5000
            }
            for worker in workers { #expect(worker.stop() == 0) }
        }
        // Every action of every operation, once, in order.
        let wrong = try await database.value(
            """
            select count(*) from (
              select operation_id from effects group by operation_id
              having array_agg(action order by id) <> array['One', 'Two', 'Three']
            ) as wrong
            """,
            as: Int.self
        )
        #expect(wrong == 0)
        #expect(
            try await database.value("select count(distinct operation_id) from effects", as: Int.self) == 5000
        )
        #expect(try await database.value("select count(*) from effects", as: Int.self) == 15_000)
        #expect(try await database.value("select count(*) from attempts", as: Int.self) == 0)
        #expect(try await database.value("select count(*) from jobs", as: Int.self) == 0)
        #expect(try await database.value("select count(*) from workers", as: Int.self) == 0)
        // More than one process had a share, or the test would prove nothing.
        #expect(try await database.value("select count(distinct pid) from effects", as: Int.self) > 1)
    }

    @Test(.enabled(if: TestServer.workersListen, "Workers have no direct connection in this run."))
    func `one is killed, and the others take its work long before its lease ends`() async throws {
        let database = TestDatabase.current
        try await withClient { client async throws in
            try await BackOpsWorker.test { Known() }.drain()
            let hour = 3600
            let victim = try ChildProcess(pauseMilliseconds: 600_000, lease: hour)
            let handle = try await client.enqueue(Known.self)
            try await eventually("the victim runs the action") {
                try await database.value("select count(*) from effects", as: Int.self) == 1
            }
            let heir = try ChildProcess(pauseMilliseconds: 0, lease: hour)
            victim.send(SIGKILL)
            #expect(try await handle.result(timeout: .seconds(300)).state == .completed)
            #expect(try await client.attempts(of: handle.id).map(\.outcome) == [.crashed])
            #expect(heir.stop() == 0)
        }
    }

    @Test(.enabled(if: TestServer.workersListen, "Workers have no direct connection in this run."))
    func `one loses its connection, connects anew, and nothing is taken from it`() async throws {
        let database = TestDatabase.current
        try await withClient { client async throws in
            try await BackOpsWorker.test { Known() }.drain()
            let worker = try ChildProcess(pauseMilliseconds: 3000, lease: 60)
            let handle = try await client.enqueue(Known.self)
            try await eventually("the action runs") {
                try await database.value("select count(*) from effects", as: Int.self) == 1
            }
            let watcher = try ChildProcess(pauseMilliseconds: 0, lease: 60)
            try await eventually("both are there") {
                try await database.value("select count(*) from workers where backend_pid > 0", as: Int.self)
                    == 2
            }
            for _ in 1...3 {
                let session = try await database.value(
                    "select backend_pid from workers where pid = \(worker.pid)",
                    as: Int32.self
                )
                try await database.query("select pg_terminate_backend(\(session))")
                try await eventually("it has connected anew") {
                    try await database.value(
                        "select backend_pid <> \(session) from workers where pid = \(worker.pid)",
                        as: Bool.self
                    )
                }
            }
            #expect(try await handle.result(timeout: .seconds(300)).state == .completed)
            #expect(try await client.attempts(of: handle.id).isEmpty)
            #expect(worker.stop() == 0)
            #expect(watcher.stop() == 0)
        }
    }

    @Test func `one is killed in the middle, and the others finish its work`() async throws {
        let database = TestDatabase.current
        try await withClient { client in
            try await BackOpsWorker.test { Known() }.drain()
            try await client.enqueue(Known.self, batch: Array(repeating: [:], count: 400))
            let victim = try ChildProcess(pauseMilliseconds: 20, lease: 2)
            let others = try (0..<3).map { _ in try ChildProcess(pauseMilliseconds: 20, lease: 2) }
            try await eventually("the victim holds jobs") {
                try await database.value(
                    "select count(*) from effects where pid = \(victim.pid)",
                    as: Int.self
                ) > 5
            }
            victim.send(SIGKILL)
            try await eventually("all operations are completed", within: .seconds(600)) {
                try await completed() == 400
            }
            for worker in others { #expect(worker.stop() == 0) }
        }
        let crashes = try await database.value(
            "select count(*) from attempts where outcome = 'crashed' and attempt = 1 and error_type = 'crashed'",
            as: Int.self
        )
        #expect(crashes > 0)
        #expect(
            try await database.value("select count(*) from attempts where outcome <> 'crashed'", as: Int.self)
                == 0
        )
        // What ran twice was in the hands of the killed process, and completed actions did not run again.
        let repeated = try await database.value(
            "select count(*) from (select from effects group by operation_id, action having count(*) > 1) as r",
            as: Int.self
        )
        #expect(repeated <= crashes)
        let unexplained = try await database.value(
            """
            select count(*) from effects e
             where e.attempt > 1 and not exists (
               select from attempts t join actions a using (operation_id, position)
                where t.operation_id = e.operation_id and a.name = e.action and t.outcome = 'crashed'
             )
            """,
            as: Int.self
        )
        #expect(unexplained == 0)
        #expect(try await database.value("select count(*) from workers", as: Int.self) == 0)
    }
}

/// Registers the plan of `Counted`, so that operations can be enqueued before a process runs.
private struct Known: OperationDefinition {
    static let name = "Counted"
    var branches: [Branch] {
        Do("One") { _ in }
        Do("Two") { _ in }
        Do("Three") { _ in }
    }
}
