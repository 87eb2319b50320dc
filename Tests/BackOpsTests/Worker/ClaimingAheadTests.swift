import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Logging
import Synchronization
import TestSupport
import Testing

/// Operations of one action that ends at once, or, where its globals say so, when somebody lets it.
struct ShortOrLong: OperationDefinition {
    static let name = "ShortOrLong"
    let started = Journal()
    let isOver: Switch
    var maxAttempts = 3

    var branches: [Branch] {
        Work(started: started, isOver: isOver).retry(.constant(maxAttempts: maxAttempts, delay: .zero))
    }

    struct Work: Action {
        let started: Journal
        let isOver: Switch

        func run(_ context: ActionContext) async throws {
            guard context[.isLong] == true else { return }
            started.note("\(context.operationID)")
            while !isOver.isOn { try await Task.sleep(for: .milliseconds(5)) }
        }
    }
}

final class Switch: Sendable {
    private let state = Mutex(false)
    var isOn: Bool { state.withLock { $0 } }
    func turnOn() { state.withLock { $0 = true } }
}

extension GlobalKey where Value == Bool {
    fileprivate static var isLong: Self { "is_long" }
}

@Suite(.backops) struct `A worker whose actions were short` {
    private let journal = Journal()

    private static let short = [Globals](repeating: ["is_long": false], count: 300)
    private static let long = [Globals](repeating: ["is_long": true], count: 12)

    private func worker(_ operation: ShortOrLong, slots: Int) throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.concurrency = slots
        var logger = Logger(label: "test") { _ in RecordingLogHandler(journal: journal) }
        logger.logLevel = .debug
        return try BackOpsWorker(TestDatabase.current.database, configuration: configuration, logger: logger)
        {
            operation
        }
    }

    /// Three hundred actions of no time, so that a worker of two slots claims ahead, and then twelve that end when a second
    /// worker has begun what the first one could not.
    ///
    /// - Parameter maxAttempts: How often they are tried.
    /// - Throws: What a client throws.
    private func overtake(maxAttempts: Int) async throws {
        let isOver = Switch()
        let first = ShortOrLong(isOver: isOver, maxAttempts: maxAttempts)
        let second = ShortOrLong(isOver: isOver, maxAttempts: maxAttempts)
        try await withClient { client async throws in
            let workers = try (worker(first, slots: 2), worker(second, slots: 20))
            try await client.enqueue(ShortOrLong.self, batch: Self.short)
            let ids = try await client.enqueue(ShortOrLong.self, batch: Self.long)
            try await working(workers.0) { () async throws in
                try await eventually("its slots are taken") { first.started.entries.count >= 2 }
                try await working(workers.1) { () async throws in
                    try await eventually("all of them run") {
                        first.started.entries.count + second.started.entries.count >= 12
                    }
                    #expect(first.started.entries.count == 2)
                    isOver.turnOn()
                    for id in ids {
                        let record = try await client.handle(id).result(timeout: .seconds(600))
                        #expect(record.state == .completed)
                    }
                }
            }
            #expect(Set(first.started.entries + second.started.entries) == Set(ids.map { "\($0)" }))
        }
        #expect(try await TestDatabase.current.value("select count(*) from attempts", as: Int.self) == 0)
    }

    @Test func `runs no more than it has slots, and leaves to others what it cannot start`() async throws {
        try await overtake(maxAttempts: 3)
        #expect(!journal.entries.contains { $0.hasPrefix("worker claims nothing ahead") })
    }

    @Test func `lets nobody's last attempt wait, which would be lost if it died`() async throws {
        try await overtake(maxAttempts: 1)
        #expect(journal.entries.contains { $0.hasPrefix("worker claims nothing ahead") })
    }

    @Test func `hands back without a trace what waits when it is told to stop`() async throws {
        let operation = ShortOrLong(isOver: Switch())
        let database = TestDatabase.current
        try await withClient { client async throws in
            let worker = try worker(operation, slots: 2)
            try await client.enqueue(ShortOrLong.self, batch: Self.short + Self.long)
            try await working(worker) {
                try await eventually("its slots are taken") { operation.started.entries.count >= 2 }
            }
        }
        #expect(operation.started.entries.count == 2)
        let ran = operation.started.entries.compactMap { Int64($0) }.sorted()
        let recorded = try await database.query("select operation_id, outcome from attempts order by 1")
        #expect(try recorded.map { try $0.decode(0, as: Int64.self) } == ran)
        #expect(try recorded.allSatisfy { try $0.decode(1, as: String.self) == "released" })
        #expect(try await database.value("select count(*) from jobs where attempt = 0", as: Int.self) == 12)
    }
}
