import BackOps
import BackOpsTesting
import DevPostgres
import LibPQ
import Logging
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A database that is not UTF-8` {
    private static let encodings = ["SQL_ASCII", "LATIN1"]

    private func withDatabase(
        _ encoding: String,
        _ body: (BackOpsDatabase, PQConnection) async throws -> Void
    ) async throws {
        try await withDevPostgres { server in
            let main = try await PQConnection.connect(PQOptions(server.connectionString()))
            try await main.query(
                "create database other encoding \(unescaped: "'\(encoding)'") template template0 lc_collate 'C' lc_ctype 'C'"
            )
            await main.close()
            let connection = try await PQConnection.connect(
                PQOptions(server.connectionString(database: "other"))
            )
            try await body(BackOpsDatabase(server.connectionString(database: "other")), connection)
            await connection.close()
        }
    }

    private func expectRefusal(of encoding: String, _ body: () async throws -> Void) async {
        let error = await #expect(throws: BackOpsError.self) { try await body() }
        #expect(error?.code == .unsupportedEncoding)
        #expect(
            error?.message.hasPrefix(
                "The database other has the encoding \(encoding), but BackOps needs UTF8"
            ) == true
        )
        #expect(error?.message.contains("ENCODING 'UTF8' TEMPLATE template0") == true)
    }

    @Test(arguments: encodings)
    func `is refused by migrate before anything is changed`(encoding: String) async throws {
        try await withDatabase(encoding) { database, connection in
            await expectRefusal(of: encoding) { try await Migrator(database).up() }
            await expectRefusal(of: encoding) { try await Migrator(database).down(to: 0) }
            await expectRefusal(of: encoding) { _ = try await Migrator(database).status() }
            let schemas = try await connection.query("select from pg_namespace where nspname = 'backops'")
            #expect(schemas.isEmpty)
        }
    }

    /// By psql, that is: what the file has beyond ASCII must not be what is complained of.
    @Test(arguments: encodings)
    func `is refused by the script for psql`(encoding: String) async throws {
        try await withDatabase(encoding) { _, connection in
            let script = try Migrator.sql()
            let check = String(try script[..<#require(script.firstRange(of: "$$;")).lowerBound]) + "$$;"
            #expect(check.utf8.count == check.unicodeScalars.count)
            let error = await #expect(throws: PQError.self) { try await connection.script(check) }
            #expect(
                error?.message == "the database other has the encoding \(encoding), but BackOps needs UTF8"
            )
            #expect(error?.hint?.contains("TEMPLATE template0") == true)
        }
    }

    @Test(arguments: encodings)
    func `is named by the doctor, with what to do and nothing that leads in a circle`(
        encoding: String
    ) async throws {
        try await withDatabase(encoding) { database, _ in
            let findings = await Doctor(database).examine().findings.filter {
                $0.level == .failure && $0.check != "durability"
            }
            #expect(findings.map(\.check) == ["schema"])
            let finding = try #require(findings.first)
            #expect(finding.found.contains("has the encoding \(encoding)"))
            #expect(finding.advice == "Create such a database, and run `backops migrate up` there.")
        }
    }

    @Test(arguments: encodings)
    func `ends a worker that starts there, in words`(encoding: String) async throws {
        try await withDatabase(encoding) { database, _ in
            let worker = try BackOpsWorker(
                database,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ) {}
            await expectRefusal(of: encoding) { try await worker.drain() }
        }
    }
}
