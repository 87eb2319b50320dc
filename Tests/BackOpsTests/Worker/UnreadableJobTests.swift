import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Logging
import TestSupport
import Testing

private struct Letter: OperationDefinition {
    static let name = "Letter"
    var branches: [Branch] {
        Do("Write") { _ in }
        Do("Send") { context in context["sent"] = true }
    }
}

@Suite(.backops(isolation: .database, checksInvariants: false))
struct `A claimed job that a worker cannot read` {
    private let database = TestDatabase.current
    private let log = Journal()

    private func worker() throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.pollInterval = .milliseconds(200)
        return try BackOpsWorker(
            database.database,
            configuration: configuration,
            logger: Logger(label: "test") { _ in RecordingLogHandler(journal: log, logLevel: .warning) }
        ) {
            Letter()
        }
    }

    /// Asks with a new connection: spoiling may have ended those that there were.
    @discardableResult
    private func fresh(_ ask: (PQConnection) async throws -> PQResult) async throws -> PQResult {
        try await database.withConnection(ask)
    }

    private func state(_ id: Int64) async throws -> String {
        try await fresh { try await $0.query("select state::text from operations where id = \(id)") }[0]
            .decode(0)
    }

    /// Enqueues good operations around a bad one, spoils it, and expects that it alone fails.
    private func expectAside(
        reason: String,
        line: String = "a claimed job cannot be read",
        _ spoil: (Int64) async throws -> Void
    ) async throws {
        try await withClient { client async throws in
            let bad = try await working(try worker()) { () async throws -> Int64 in
                let first = try await client.enqueue(Letter.self)
                #expect(try await first.result(timeout: .seconds(600)).state == .completed)
                try await database.query("select pause('default')")
                let before = try await client.enqueue(Letter.self, batch: [[:], [:]])
                let bad = try await client.enqueue(Letter.self)
                let after = try await client.enqueue(Letter.self, batch: [[:], [:]])
                try await spoil(bad.id)
                try await fresh { try await $0.query("select resume('default')") }
                for id in before + after + [bad.id] {
                    try await eventually("operation \(id) ends") { try await state(id) != "active" }
                }
                for id in before + after { #expect(try await state(id) == "completed") }
                return bad.id
            }
            let rows = try await fresh {
                try await $0.query(
                    """
                    select o.state::text, t.outcome, t.ends_operation, t.error_message
                      from operations o left join attempts t on t.operation_id = o.id
                     where o.id = \(bad)
                    """
                )
            }
            let row = try #require(rows.first)
            let (end, outcome, ends, message) = try row.decode(
                as: String.self,
                String?.self,
                Bool?.self,
                String?.self
            )
            #expect(end == "failed")
            #expect(outcome == "failed")
            #expect(ends == true)
            #expect(message?.contains(reason) == true, "\(message ?? "none")")
            #expect(log.entries.contains { $0.hasPrefix(line) })
        }
    }

    // The server refuses to send such bytes, and with them the answer as a whole.
    @Test func `because the server cannot send it fails alone`() async throws {
        try await expectAside(reason: "invalid byte sequence") { id in
            // What a database in SQL_ASCII takes from any client. A worker does not start there: it is one only from now on.
            try await database.query(
                "update pg_database set encoding = 0 where datname = current_database()"
            )
            _ = try await database.withConnection { connection in
                try await connection.query(
                    """
                    update operations set globals = jsonb_build_object('name', convert_from('\\xe9', 'SQL_ASCII')) where id = \(id)
                    """
                )
                // Sessions that there were still believe in UTF8, and would send the bytes as they are.
                try await connection.query(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
                )
            }
        }
    }

    @Test func `because a column is of no use fails alone`() async throws {
        try await expectAside(reason: "time of enqueue", line: "action failed") { id in
            try await database.query(
                "update jobs set priority = 5, run_at = '-infinity' where operation_id = \(id)"
            )
            try await database.query("update operations set created_at = '-infinity' where id = \(id)")
        }
    }

    @Test func `because a column is empty fails alone`() async throws {
        try await expectAside(reason: "cannot be read") { id in
            try await database.script(
                """
                alter table actions alter branch drop not null;
                update actions set branch = null where operation_id = \(id);
                """
            )
        }
    }

    @Test func `because its plan cannot be parsed fails alone`() async throws {
        try await expectAside(reason: "must be \"Name\"", line: "action failed") { id in
            try await database.query(
                """
                with broken as (
                  insert into definitions (name, fingerprint, branches, current)
                  values ('Letter', 'broken', '{"main": [[[1]]]}', false)
                  returning id
                )
                update jobs set definition_id = broken.id from broken where operation_id = \(id)
                """
            )
        }
    }
}
