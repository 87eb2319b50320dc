import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
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
            let workers = try (0..<8).map { _ in try WorkerProcess(pauseMilliseconds: 0, lease: 15) }
            try await client.enqueue(Known.self, batch: Array(repeating: [:], count: 5000))
            try await eventually("all operations are completed", within: .seconds(300)) {
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

    @Test func `one is killed in the middle, and the others finish its work`() async throws {
        let database = TestDatabase.current
        try await withClient { client in
            try await BackOpsWorker.test { Known() }.drain()
            try await client.enqueue(Known.self, batch: Array(repeating: [:], count: 400))
            let victim = try WorkerProcess(pauseMilliseconds: 20, lease: 2)
            let others = try (0..<3).map { _ in try WorkerProcess(pauseMilliseconds: 20, lease: 2) }
            try await eventually("the victim holds jobs") {
                try await database.value(
                    "select count(*) from effects where pid = \(victim.pid)",
                    as: Int.self
                ) > 5
            }
            victim.kill()
            try await eventually("all operations are completed", within: .seconds(300)) {
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
