import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Testing

/// The branch `main` is A, B, C, and red is R; each action notes its name, and B jumps where the globals say.
private struct Walk: OperationDefinition {
    static let name = "Walk"
    let journal: Journal
    var failures: [String: Int] = [:]

    var branches: [Branch] {
        step("A")
        step("B")
        step("C")
        Branch("red") { step("R") }
    }

    private func step(_ name: String) -> PlannedAction {
        Do(name) { context in
            journal.note("\(context.branch)/\(name)")
            if context.attempt <= failures[name, default: 0] { throw Broken() }
            if name == "B", case .string(let branch) = context["jump"] ?? .null {
                try context.jump(to: BranchName(branch))
            }
            context[name] = .integer(Int64(context.attempt))
        }
        .retry(.constant(maxAttempts: 3, delay: .zero))
    }
}

@Suite(.backops) struct `A worker` {
    let journal = Journal()

    @Test func `runs the actions of an operation in sequence, and completes it`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Walk.self, ["n": 1])
            try await BackOpsWorker.test { Walk(journal: journal) }.drain()
            let record = try await handle.record()
            #expect(record.state == .completed)
            #expect(record.progress == OperationProgress(done: 3, total: 3))
            #expect(try record.globals.members() == ["n": 1, "A": 1, "B": 1, "C": 1])
            #expect(journal.entries == ["main/A", "main/B", "main/C"])
        }
    }

    @Test func `repeats the failed action alone, and keeps the history`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Walk.self)
            let worker = try BackOpsWorker.test({ $0.stackTraces = .onFailure() }) {
                Walk(journal: journal, failures: ["B": 2])
            }
            try await worker.drain()
            #expect(try await handle.record().state == .completed)
            #expect(journal.entries == ["main/A", "main/B", "main/B", "main/B", "main/C"])
            let attempts = try await client.attempts(of: handle.id)
            #expect(attempts.map(\.outcome) == [.failed, .failed])
            #expect(attempts.map(\.attempt) == [1, 2])
            #expect(attempts.allSatisfy { $0.errorType == "Broken" })
            #expect(attempts.allSatisfy { $0.stackTrace?.contains("RunningOperationsTests.swift") == true })
            // Success clears the action's own error.
            #expect(try await client.actions(of: handle.id)[1].errorType == nil)
        }
    }

    @Test func `ends an operation as failed after the last attempt, and goes on there after a retry`()
        async throws
    {
        try await withClient { client in
            let handle = try await client.enqueue(Walk.self)
            try await BackOpsWorker.test { Walk(journal: journal, failures: ["C": 3]) }.drain()
            let failed = try await handle.record()
            #expect(failed.state == .failed)
            #expect(failed.action == "main/C")
            #expect(failed.attempt == 3)
            #expect(failed.error?.type == "Broken")
            try await client.retry(handle.id)
            // The numbers of its attempts go on: this is the fourth.
            try await BackOpsWorker.test { Walk(journal: journal, failures: ["C": 4]) }.drain()
            #expect(try await handle.record().state == .completed)
            #expect(journal.entries == ["main/A", "main/B"] + Array(repeating: "main/C", count: 5))
        }
    }

    @Test func `follows a jump, and returns to main behind it`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Walk.self, ["jump": "red"])
            try await BackOpsWorker.test { Walk(journal: journal) }.drain()
            #expect(try await handle.record().state == .completed)
            #expect(journal.entries == ["main/A", "main/B", "red/R", "main/C"])
        }
    }

    @Test func `fails an attempt that jumps to an unknown branch, and says which there are`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Walk.self, ["jump": "yellow"])
            try await BackOpsWorker.test { Walk(journal: journal) }.drain()
            let record = try await handle.record()
            #expect(record.state == .failed)
            #expect(record.action == "main/B")
            #expect(record.error?.message.contains("yellow") == true)
            #expect(record.error?.message.contains("red") == true)
        }
    }

    @Test func `runs an operation that one INSERT made`() async throws {
        try await BackOpsWorker.test { Walk(journal: journal) }.drain()
        let database = TestDatabase.current
        let id = try await database.value(
            "insert into operations (name, globals) values ('Walk', '{\"subscription_id\": 42}') returning id",
            as: Int64.self
        )
        try await BackOpsWorker.test { Walk(journal: journal) }.drain()
        #expect(journal.entries == ["main/A", "main/B", "main/C"])
        #expect(
            try await database.value("select state from operations where id = \(id)", as: String.self)
                == "completed"
        )
    }

    @Test func `starts what was enqueued before anybody knew its name`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Walk.self)
            #expect(try await handle.record().status == .parked)
            try await BackOpsWorker.test { Walk(journal: journal) }.drain()
            #expect(try await handle.record().state == .completed)
        }
    }

    @Test func `runs operations that bring their own branches`() async throws {
        struct Note: Action {
            static let name = "Note"
            let journal: Journal
            func run(_ context: ActionContext) async throws {
                journal.note("\(context.operationName) \(context.branch)/\(context.actionName)")
                if context.branch == .main, context["seen"] == nil {
                    context["seen"] = true
                    try context.jump(to: "other")
                }
            }
        }
        try await withClient { client in
            let swift = try await client.enqueue(name: "from Swift") {
                Note(journal: journal)
                Branch("other") { Note(journal: journal) }
            }
            let sql = try await TestDatabase.current.value(
                "insert into operations (name, branches) values ('from SQL', '{\"main\": [\"Note\"], \"other\": [\"Note\"]}') returning id",
                as: Int64.self
            )
            try await BackOpsWorker.test({ $0.concurrency = 1 }, actions: [Note(journal: journal)]) {}.drain()
            #expect(try await swift.record().state == .completed)
            #expect(try await client.handle(sql).record().state == .completed)
            #expect(
                journal.entries == [
                    "from Swift main/Note", "from Swift other/Note", "from SQL main/Note",
                    "from SQL other/Note",
                ]
            )
        }
    }

    @Test func `leaves what it does not know to others, at no cost in attempts`() async throws {
        struct Stranger: OperationDefinition {
            static let name = "Stranger"
            var branches: [Branch] { Do("S") { _ in } }
        }
        try await withClient { client in
            try await BackOpsWorker.test { Stranger() }.drain()
            let handle = try await client.enqueue(Stranger.self)
            try await BackOpsWorker.test { Walk(journal: journal) }.drain()
            let record = try await handle.record()
            #expect(record.status == .ready)
            #expect(record.attempt == 0)
            #expect(record.note == #"no live worker serves queue "default""#)
        }
    }
}
