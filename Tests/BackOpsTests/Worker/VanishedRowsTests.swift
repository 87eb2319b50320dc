import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Logging
import TestSupport
import Testing

/// How the action of the test ends.
private enum Ending: String, CaseIterable, Sendable {
    case completes, fails, snoozes, commits
}

/// Waits at its gate where its globals say how to end; other operations are done at once.
private struct Parcel: OperationDefinition {
    static let name = "Parcel"
    let journal: Journal
    let gate: Gate

    var branches: [Branch] {
        Do("Act") { context in
            guard let ending = context["ending"]?.stringValue.flatMap(Ending.init) else { return }
            journal.note("began")
            await gate.wait()
            switch ending {
            case .completes: context["done"] = true
            case .fails: throw Failure.retry(after: .seconds(3600), "as asked")
            case .snoozes: try context.snooze(.seconds(3600))
            case .commits: try await context.transaction { _ in }
            }
        }
        Do("After") { _ in }
    }
}

/// Sets of tables from which the rows of a running operation vanish, as by a statement that no trigger sees.
private let losses = [["operations"], ["actions"], ["jobs"], ["operations", "actions", "jobs"]]

@Suite(.backops(checksInvariants: false))
struct `An operation whose rows vanish while a worker with one slot runs it` {
    let journal = Journal()
    let gate = Gate()
    let log = Journal()

    private func worker() throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.concurrency = 1
        configuration.pollInterval = .milliseconds(200)
        // The limit of the test is shorter than this.
        configuration.gracePeriod = .seconds(3600)
        return try BackOpsWorker(
            TestDatabase.current.database,
            configuration: configuration,
            logger: Logger(label: "test") { _ in RecordingLogHandler(journal: log, logLevel: .debug) }
        ) {
            Parcel(journal: journal, gate: gate)
        }
    }

    private func lose(_ id: Int64, _ tables: [String]) async throws {
        let deletions = tables.map { column in
            "delete from \(column) where \(column == "operations" ? "id" : "operation_id") = \(id);"
        }
        try await TestDatabase.current.withConnection { connection in
            try await connection.script(
                "set session_replication_role = replica; \(deletions.joined(separator: " "))"
            )
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: losses, Ending.allCases)
    fileprivate func `gives its slot back, and is told of in the log`(
        tables: [String],
        ending: Ending
    ) async throws {
        let (worker, relay) = (try worker(), StopRelay())
        try await withClient { client async throws in
            let lost = try await client.enqueue(Parcel.self, ["ending": .string(ending.rawValue)])
            let run = Task { try await worker.run(relay) }
            try await eventually("it runs") { journal.entries == ["began"] }
            try await lose(lost.id, tables)
            gate.open()
            let next = try await client.enqueue(Parcel.self)
            #expect(try await next.result(timeout: .seconds(600)).state == .completed)
            try await eventually("a line tells of the lost one") {
                log.entries.contains { line in
                    [
                        "an outcome is given up", "result of an action", "action failed", "action snoozed",
                        "action is cancelled",
                    ]
                    .contains { line.hasPrefix($0) }
                }
            }
            relay.stop(.graceful)
            try await run.value
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: losses)
    func `does not hold up a worker that stops`(tables: [String]) async throws {
        let (worker, relay) = (try worker(), StopRelay())
        try await withClient { client async throws in
            let lost = try await client.enqueue(Parcel.self, ["ending": "completes"])
            let run = Task { try await worker.run(relay) }
            try await eventually("it runs") { journal.entries == ["began"] }
            try await lose(lost.id, tables)
            relay.stop(.graceful)
            gate.open()
            try await run.value
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: losses)
    func `does not keep others from being claimed when it waits`(tables: [String]) async throws {
        try await withClient { client async throws in
            let worker = try worker()
            try await worker.drain()
            let lost = try await client.enqueue(Parcel.self)
            try await lose(lost.id, tables)
            let next = try await client.enqueue(Parcel.self)
            try await working(worker) { () async throws in
                #expect(try await next.result(timeout: .seconds(600)).state == .completed)
            }
        }
    }
}
