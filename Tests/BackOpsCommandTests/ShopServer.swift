import BackOps
import DevPostgres
import Foundation
import LibPQ
import Testing

/// A server with a database "shop" in which there is an operation in every state, and a folder to run commands in.
///
/// | id | what became of it |
/// | --- | --- |
/// | 1 | completed |
/// | 2 | failed |
/// | 3 | failed, retried, and scheduled since |
/// | 4 | parked |
/// | 5 | running |
/// | 6 | waits for next year |
/// | 7 | ready, with a plan of its own that no worker knows |
struct ShopServer {
    private let server: DevPostgres
    private let folder: URL

    init(_ server: DevPostgres) throws {
        self.server = server
        folder = FileManager.default.temporaryDirectory.appending(path: "backops-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let backops = URL(filePath: try Shell.path(of: "backops"))
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "backops"),
            withDestinationURL: backops
        )
    }

    func removeFolder() { try? FileManager.default.removeItem(at: folder) }

    /// Makes the database "shop", and all that it holds.
    func open() async throws {
        try await server.createDatabase("shop")
        try await Migrator(BackOpsDatabase(server.connectionString(database: "shop"))).up()
        try await fill("shop")
    }

    /// Dumps a database that another release has migrated.
    func makeOlderDump() async throws {
        try await server.createDatabase("older")
        try await Migrator(BackOpsDatabase(server.connectionString(database: "older"))).up()
        try await fill("older")
        let statement = "update backops.engine set release = '0.0.9', checksum = 'x'; drop view backops.stuck"
        try await shell(#"psql --quiet --command="\#(statement)" older"#)
        try await shell("pg_dump --format=custom --file=older.dump older")
    }

    private func fill(_ database: String) async throws {
        let connection = try await PQConnection.connect(
            PQOptions(server.connectionString(database: database))
        )
        try await connection.script(
            #"""
            set search_path = backops;
            select register_definition('Fulfilment', '{"main": ["ChargeCreditCard", "SendEmailReceipt", "SendGiftcard"]}');
            insert into operations (name, key, globals) values ('Fulfilment', 'a', '{"subscription_id": 1, "note": "日本"}');
            insert into operations (name) values ('Fulfilment'), ('Fulfilment'), ('Later');
            insert into secret_keys values ('Fulfilment', 'card_token');
            select pause('mail');
            create temp table w as
              select register_worker('gone', 1, '{default}',
                array(select d || '/' || a from unnest('{Fulfilment,""}'::text[]) as d,
                             unnest('{ChargeCreditCard,SendEmailReceipt,SendGiftcard}'::text[]) as a)) as id;
            create procedure pg_temp.step(p_id bigint, p_error text default null) language plpgsql as $$
            declare
              v_job record;
            begin
              for v_job in select c.* from w cross join lateral claim(w.id, 10) as c loop
                if v_job.operation_id <> p_id then
                  perform release_many(w.id, array[v_job.operation_id], array[v_job.claim_id], false) from w;
                elsif p_error is null then
                  perform complete(w.id, v_job.operation_id, v_job.claim_id, p_continue => false) from w;
                else
                  perform fail(w.id, v_job.operation_id, v_job.claim_id, 'Error', p_error, p_permanent => true) from w;
                end if;
              end loop;
            end $$;
            call pg_temp.step(1); call pg_temp.step(1); call pg_temp.step(1);
            call pg_temp.step(2); call pg_temp.step(2, 'no stock');
            call pg_temp.step(3, 'no money');
            select retry(3, 'paid');
            insert into operations (id, name) values (5, 'Fulfilment');
            select c.operation_id from w cross join lateral claim(w.id, 10) as c;
            select release_many(w.id, array[3], array[claim_id], false) from w, jobs where operation_id = 3;
            insert into operations (id, name, perform_at) values (6, 'Fulfilment', now() + interval '1 year');
            insert into operations (id, name, branches) values (7, 'Own', '{"main": ["SendGiftcard"]}');
            select setval(pg_get_serial_sequence('operations', 'id'), 7);
            """#
        )
        await connection.close()
        let states = "select string_agg(status, ' ' order by id) from backops.operation_status"
        let filled = try await value(states, in: database)
        #expect(filled == "completed failed ready parked running scheduled ready")
    }

    /// Every table, with its rows in words.
    func contents(of database: String) async throws -> [String: String] {
        let tables = try await value(
            "select string_agg(relname, ' ') from pg_class where relnamespace = 'backops'::regnamespace and relkind = 'r'",
            in: database
        )
        var contents: [String: String] = [:]
        for table in tables.split(separator: " ") {
            let rows =
                "select coalesce(string_agg(t::text, e'\\n' order by t::text), '') from backops.\(table) t"
            contents[String(table)] = try await value(rows, in: database)
        }
        return contents
    }

    /// The first value of a statement, as text.
    func value(_ statement: String, in database: String) async throws -> String {
        let finished = try await run(
            "psql -AtqX -v ON_ERROR_STOP=1 -c \"$STATEMENT\"",
            ["PGDATABASE": database, "STATEMENT": statement]
        )
        try #require(finished.code == 0, "\(statement): \(finished.messages)")
        return finished.output.trimmingCharacters(in: .newlines)
    }

    /// Runs the commands of a page; its statements, and what it says of "shop_copy", in one database.
    func run(_ transcript: Transcript, in database: String? = nil) async throws {
        #expect(!transcript.steps.isEmpty)
        var current = database
        for step in transcript.steps {
            if let made = step.command.firstMatch(of: #/^createdb .* (\w+)$/#) { current = String(made.1) }
            if step.prompt == "=> " {
                _ = try await value(step.command, in: try #require(current))
            } else {
                try await shell(
                    database.map { step.command.replacing("shop_copy", with: $0) } ?? step.command
                )
            }
        }
    }

    /// Lets the application's worker do everything that is due.
    func work(in database: String) async throws {
        let program = try Shell.path(of: "BackOpsCommandTestShop")
        try await shell("'\(program)' work --drain --database dbname=\(database)")
    }

    /// Runs a command, which must succeed.
    func shell(_ command: String, user: String = DevPostgres.user, database: String? = nil) async throws {
        var variables = ["PGUSER": user]
        variables["PGDATABASE"] = database
        let finished = try await run(command, variables)
        #expect(finished.code == 0, "\(command): \(finished.output)\(finished.messages)")
    }

    /// Runs a command with the programs of the server, and the server where libpq looks for it.
    func run(_ command: String, _ variables: [String: String] = [:]) async throws -> Finished {
        let programs = try PostgresPrograms.find().directory
        var all: [String: String?] = [
            "PGHOST": server.socketDirectory, "PGPORT": "\(server.port)", "PGUSER": DevPostgres.user,
            "PATH": "\(folder.path):\(programs):\(ProcessInfo.processInfo.environment["PATH"] ?? "")",
        ]
        for (name, value) in variables { all[name] = value }
        return try await Shell.run(
            path: "/bin/bash",
            ["-c", "set -eo pipefail; cd '\(folder.path)'; \(command)"],
            variables: all
        )
    }
}
