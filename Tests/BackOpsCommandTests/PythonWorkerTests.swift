import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Testing

private let python = ProcessInfo.processInfo.environment["BACKOPS_TEST_PYTHON"]

/// The program of Examples/python-worker, with a Python that has its packages.
@Suite(
    .backops(isolation: .database),
    .timeLimit(.minutes(10)),
    .enabled(if: python != nil, "BACKOPS_TEST_PYTHON names no Python with psycopg")
)
struct `The worker in Python` {
    private static let program = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Examples/python-worker/worker.py")

    /// Runs it until a condition holds, then tells it to stop.
    private func working(
        until condition: @escaping @Sendable () async throws -> Bool
    ) async throws -> Finished {
        try await withThrowingTaskGroup(of: Finished?.self) { group in
            group.addTask {
                try await Shell.serve(
                    path: try #require(python),
                    [Self.program.path, TestDatabase.current.directConninfo]
                )
            }
            group.addTask {
                while try await !condition() { try await Task.sleep(for: .milliseconds(50)) }
                return nil
            }
            var finished: Finished?
            while let result = try await group.next() {
                if let result { finished = result } else { group.cancelAll() }
                if finished != nil { group.cancelAll() }
            }
            return try #require(finished)
        }
    }

    @Test func `runs operations to their end, and leaves nothing behind`() async throws {
        let database = TestDatabase.current
        try await database.query(
            "insert into operations (name, globals) select 'Greeting', jsonb_build_object('name', 'Ann ' || n) from generate_series(1, 20) as n"
        )
        let finished = try await working {
            try await database.value("select count(*) = 20 from operations where state = 'completed'")
        }
        #expect(finished.code == 0, "\(finished.messages)")
        let globals = try await database.value(
            "select globals::text from operations where id = 1",
            as: String.self
        )
        #expect(globals == #"{"name": "Ann 1", "parted": true, "greeting": "Hello, Ann 1"}"#)
        #expect(try await database.query("select from workers").isEmpty)
        #expect(try await database.query("select from attempts").isEmpty)
    }

    @Test func `records what an action raises, and what its result is refused for`() async throws {
        let database = TestDatabase.current
        try await database.query(
            """
            insert into operations (name, globals)
              values ('Greeting', '{}'), ('Greeting', jsonb_build_object('name', repeat('x', 600000))), ('Greeting', '{"name": "Ann"}')
            """
        )
        let finished = try await working {
            try await database.value(
                "select count(distinct operation_id) = 2 and (select state = 'completed' from operations where id = 3) from attempts"
            )
        }
        #expect(finished.code == 0, "\(finished.messages)")
        let rows = try await database.query(
            "select distinct on (operation_id) error_type, error_message, stack_trace from attempts order by operation_id, id"
        )
        let raised = try rows[0].decode(as: String.self, String.self, String.self)
        #expect(raised.0 == "ValueError" && raised.1 == "nobody to greet" && raised.2.contains("in hello"))
        #expect(try rows[1].decode(0, as: String.self) == "CheckViolation")
    }
}
