import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Logging
import Testing

/// Does what a closure says, at most twice.
private struct Charge: OperationDefinition {
    static let name = "Charge"
    let body: @Sendable (ActionContext) async throws -> Void
    var branches: [Branch] {
        Do("Card", body).retry(.constant(maxAttempts: 2, delay: .zero))
        Do("Receipt") { context in context.logger.info("sent") }
    }
}

@Suite(.backops) struct `Lines of an attempt` {
    private let database = TestDatabase.current

    private func lines(_ columns: String) async throws -> [String] {
        try await database.query(
            SQLStatement(
                unescaped: "select \(columns) from attempt_logs order by operation_id, claim_id, number"
            )
        ).map { try $0.decode(0, as: String.self) }
    }

    private func run(
        _ logs: AttemptLogs,
        _ body: @escaping @Sendable (ActionContext) async throws -> Void
    ) async throws {
        try await withClient { client in
            try await client.enqueue(Charge.self)
            try await BackOpsWorker.test({ $0.attemptLogs = logs }) { Charge(body: body) }.drain()
        }
    }

    @Test func `are not stored unless somebody asks for it`() async throws {
        try await run(.off) { context in context.logger.error("lost") }
        #expect(try await lines("message").isEmpty)
    }

    @Test func `are stored with the attempt that failed, in order`() async throws {
        try await run(.onFailure()) { context in
            context.logger.debug("asking the bank", metadata: ["amount": "42"])
            if context.attempt == 1 {
                Logger.current.warning("declined")
                throw Failure.retry(after: .zero, "later")
            }
        }
        #expect(
            try await lines("concat_ws(' ', position, run, attempt, number, level, message, metadata)") == [
                #"1 1 1 1 debug asking the bank {"amount": "42"}"#, "1 1 1 2 warning declined {}",
            ]
        )
        let attempts = try await database.query(
            "select count(*) from attempts join attempt_logs using (operation_id, claim_id)"
        )
        #expect(try attempts[0].decode(0, as: Int64.self) == 2)
    }

    @Test func `are stored with every attempt where that is asked for, also of one that commits itself`()
        async throws
    {
        try await run(.always()) { context in
            context.logger.info("charging")
            context.logger.debug("not urgent enough")
            try await context.transaction { _ in }
        }
        #expect(
            try await lines("concat_ws(' ', position, attempt, message)") == ["1 1 charging", "2 1 sent"]
        )
    }

    @Test func `are the last ones where there are too many, or too much`() async throws {
        try await run(.always(maxLines: 3)) { context in
            for row in 1...2000 { context.logger.info("row \(row)") }
        }
        #expect(
            try await lines("concat(number, ' ', message)").prefix(3)
                == ["998 row 1998", "999 row 1999", "1000 row 2000"]
        )
        try await run(.always()) { context in
            for row in 1...50 { context.logger.info("\(row) \(String(repeating: "x", count: 9000))") }
        }
        let stored = try await database.query(
            "select max(length(message)), sum(length(message))::bigint from attempt_logs where operation_id = 2"
        )
        let (longest, all) = try stored[0].decode(as: Int32.self, Int64.self)
        #expect(longest <= 4096)
        #expect(all <= 65_536)
    }

    @Test func `hold no secret that is named as one`() async throws {
        try await run(.onFailure()) { context in
            context.logger.info(
                "calling",
                metadata: ["Card_Token": "tok_1", "card": ["password": "hunter2", "brand": "visa"]]
            )
            throw Failure.permanent("no")
        }
        let all = try await lines("metadata::text").joined()
        #expect(all.contains("visa"))
        #expect(!all.contains("tok_1"))
        #expect(!all.contains("hunter2"))
    }

    @Test func `go with their operation`() async throws {
        try await run(.always()) { context in context.logger.info("charging") }
        try await database.query("select prune('0')")
        #expect(try await lines("message").isEmpty)
    }

    @Test func `that the database refuses do not keep the outcome from being written`() async throws {
        try await database.script(
            """
            alter table attempt_logs add constraint nothing_is_stored check (false)
            """
        )
        try await run(.always()) { context in context.logger.info("charging") }
        let completed = try await withClient { try await $0.operations.inState(.completed).count() }
        #expect(completed == 1)
    }

    @Test func `of a claim that the worker does not hold are left out`() async throws {
        _ = try await withClient { client in try await client.enqueue(Charge.self) }
        let stored = try await database.query(
            """
            select store_logs(7, array[1::bigint], array[1::bigint],
                              array['[{"number": 1, "at": "2027-01-01T08:00:00Z", "level": "info", "message": "x"}]'::jsonb])
            """
        )
        #expect(try stored[0].decode(0, as: Int32.self) == 0)
    }
}

@Suite(.backops) struct `Log lines of user code` {
    /// Writes down message and the metadata that matter, from the handler, the provider and the line.
    private struct Handler: LogHandler {
        let journal: Journal
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = (metadataProvider?.get() ?? [:]).merging(metadata) { $1 }.merging(event.metadata ?? [:])
            {
                $1
            }
            let keys = ["operation", "operation_id", "action", "attempt"].compactMap { all[$0] }
            journal.note("\(event.message): \(keys.map { "\($0)" }.joined(separator: " "))")
        }
    }

    @Test func `carry operation, action and attempt, whichever logger writes them`() async throws {
        let journal = Journal()
        let own = Logger(label: "own") { _ in Handler(journal: journal, metadataProvider: .backOps) }
        let worker = Logger(label: "worker") { _ in Handler(journal: journal, logLevel: .error) }
        let charge = Charge { context in
            var logger = context.logger
            logger.logLevel = .trace
            logger.info("context")
            own.info("own")
            await withTaskGroup(of: Void.self) { group in group.addTask { own.info("child") } }
        }
        own.info("outside")
        try await withClient { client in
            let id = try await client.enqueue(Charge.self).id
            try await BackOpsWorker(TestDatabase.current.database, logger: worker) { charge }.drain()
            let expected = "Charge \(id) main/Card 1"
            #expect(
                journal.entries == [
                    "outside: ", "context: \(expected)", "own: \(expected)", "child: \(expected)",
                ]
            )
        }
    }

    @Test func `are stored whichever logger writes them, where its handler is wrapped`() async throws {
        let journal = Journal()
        let own = Logger(label: "own") { _ in AttemptLogHandler(Handler(journal: journal, logLevel: .error)) }
        let charge = Charge { context in
            own.info("own")
            context.logger.info("context")
        }
        try await withClient { client in
            try await client.enqueue(Charge.self)
            var configuration = WorkerConfiguration()
            configuration.attemptLogs = .always()
            try await BackOpsWorker(TestDatabase.current.database, configuration: configuration, logger: own)
            { charge }
            .drain()
        }
        let stored = try await TestDatabase.current.query(
            "select message from attempt_logs order by claim_id, number"
        )
        #expect(try stored.map { try $0.decode(0, as: String.self) } == ["own", "context", "sent"])
        #expect(journal.entries.isEmpty)
    }
}
