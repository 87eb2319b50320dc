import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Testing

/// The schema of a release, with data in every state, as `fill.sql` and pg_dump made it: `BACKOPS_FREEZE=1` writes it again, before
/// a release and never after it.
@Suite(
    .enabled(if: PostgresTool.isThere, "needs a private server, psql and pg_dump"),
    .backops(isolation: .database, checksInvariants: false),
    .serialized,
    .timeLimit(.minutes(10))
) struct `A schema of release 0_1_0` {
    private let database = TestDatabase.current
    private var migrator: Migrator { Migrator(database.database) }
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Frozen")

    private func frozen(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    /// Runs a script two days after the schema was frozen, so that what waited for an hour is due.
    private func later(_ script: String) async throws {
        try await database.withConnection { connection in
            let now: String = try await database.value(
                "select (max(created_at) + interval '2 days')::text from operations"
            )
            try await connection.query("select set_config('backops.now', \(now), false)")
            try await connection.script("set search_path = backops, pg_temp")
            try await connection.script(script)
        }
    }

    private func restore() async throws {
        try await database.script("drop schema backops cascade")
        let knowsLZ4: Bool = try await database.value(
            "select 'lz4' = any (enumvals) from pg_settings where name = 'default_toast_compression'"
        )
        let dump = try frozen("0.1.0.sql").split(separator: "\n", omittingEmptySubsequences: false)
        try await PostgresTool.psql(
            dump.filter { knowsLZ4 || !$0.hasSuffix(" SET COMPRESSION lz4;") }.joined(separator: "\n")
        )
        // Its functions are those of another release from the next change of a function on.
        try await database.query("update engine set checksum = 'other'")
    }

    private func states() async throws -> [String] {
        try await database.query("select id || ' ' || status from operation_status order by id").map {
            try $0.decode(0)
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["BACKOPS_FREEZE"] == "1", "writes a file"))
    func `is frozen`() async throws {
        try await database.withConnection { connection in
            try await connection.script("set search_path = backops, pg_temp")
            try await connection.script(try frozen("fill.sql"))
        }
        #expect(try await database.violations().map(\.description) == [])
        let dump = try await PostgresTool.dump(["--no-privileges"])
        try dump.write(to: Self.folder.appending(path: "0.1.0.sql"), atomically: true, encoding: .utf8)
    }

    @Test func `holds operations in every state`() async throws {
        try await restore()
        let found = Set(try await states().map { $0.split(separator: " ")[1] })
        #expect(
            found == [
                "completed", "failed", "cancelled", "ready", "scheduled", "running", "retrying", "parked",
                "waiting",
            ]
        )
    }

    @Test func `is afterwards the schema of a fresh installation, column by column and right by right`()
        async throws
    {
        let fresh = try await PostgresTool.dump(["--schema-only"])
        try await restore()
        try await migrator.up()
        let difference = try await PostgresTool.dump(["--schema-only"]).split(separator: "\n").difference(
            from: fresh.split(separator: "\n")
        )
        #expect(difference.isEmpty)
        #expect(try await migrator.status().isCurrent)
    }

    @Test func `keeps every function, row type and view that workers and readers of that release use`()
        async throws
    {
        let ask: SQLStatement = """
            select p.oid::regprocedure || ' ' || pg_get_function_arguments(p.oid) || ' returns ' || pg_get_function_result(p.oid)
              from pg_proc p
             where pronamespace = 'backops'::regnamespace and proname in (select name from privileges() where kind = 'function')
            union all
            select format('%s %s. %s %s', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod))
              from pg_class c
              join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
             where c.relnamespace = 'backops'::regnamespace
               and (c.relname in (select name from privileges() where kind = 'view') or c.relkind = 'c')
            """
        let now = Set(try await database.query(ask).map { try $0.decode(0, as: String.self) })
        try await restore()
        let then = Set(try await database.query(ask).map { try $0.decode(0, as: String.self) })
        #expect(then.count > 150)
        #expect(then.subtracting(now).isEmpty)
    }

    @Test func `goes on with what was under way, by the calls of a worker of that release`() async throws {
        try await restore()
        try await migrator.up()
        try await later(try frozen("worker-0.1.0.sql"))
        try await expectEnd()
    }

    /// All but what failed, was cancelled, is not due, has no worker, or is paused.
    private func expectEnd() async throws {
        #expect(try await database.violations().map(\.description) == [])
        let completed = [1, 5, 6, 7, 8, 9, 12, 14, 15, 16, 18, 19]
        let states = try await states()
        for id in completed { #expect(states[id - 1] == "\(id) completed") }
        #expect(states[1] == "2 failed" && states[2] == "3 cancelled" && states[3] == "4 cancelled")
        #expect(states[10] == "11 parked" && states[16] == "17 waiting")
        let answer: String = try await database.value("select signal(17, 'no')")
        #expect(answer == "delivered")
        #expect(states[19...] == ["20 waiting", "21 waiting"])
        let decision: String = try await database.value(
            "select decision from decide(20, 'refund', 'approved')"
        )
        #expect(decision == "approved")
        let first: String = try await database.value("select globals::text from operations where id = 1")
        #expect(first == #"{"card": "tok", "charged": true, "subscription_id": 1}"#)
        let refunded: String = try await database.value(
            "select branch || '/' || name from actions where operation_id = 7 and completed_at is not null order by position desc limit 1"
        )
        #expect(refunded == "refund/Refund")
    }
}
