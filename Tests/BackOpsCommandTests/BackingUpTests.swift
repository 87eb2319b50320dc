import BackOps
import DevPostgres
import Foundation
import LibPQ
import Testing

/// The commands of the page "Backing up and restoring", on a server of their own.
@Suite(.timeLimit(.minutes(10))) struct `Backing up and restoring` {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/BackOps/BackOps.docc/BackingUp.md")

    /// Tables in which the schema keeps its own version.
    private static let own: Set = ["engine", "migrations"]

    private static let sections = [
        ("The whole database", "shop_copy"), ("Only this schema", "shop_schema"),
        ("Only the data, into a database that has been migrated", "shop_data"),
        ("Only the data, into a database that has been migrated", "shop_list"),
        ("Into a newer version", "shop_newer"),
    ]

    @Test func `is tested in every section of its page`() throws {
        let steps = Transcript(try String(contentsOf: Self.page, encoding: .utf8)).steps
        let run = Set(Self.sections.map(\.0) + ["After every restore"])
        #expect(try run.flatMap { try section($0).steps }.count == steps.count)
        #expect(steps.count > 20)
    }

    @Test(arguments: sections)
    func `brings everything back by the commands of its page, and workers go on`(
        section: String,
        copy: String
    ) async throws {
        try await withShop { shop in
            if section == "Into a newer version" { try await shop.makeOlderDump() }
            if copy == "shop_list" || copy == "shop_data" {
                try await shop.run(self.section("The whole database"))
            }
            try await shop.run(self.section(section))
            let isWhole = section == "The whole database" || section == "Only this schema"
            let original = try await shop.contents(of: copy == "shop_newer" ? "older" : "shop")
            let restored = try await shop.contents(of: copy)
            for (table, rows) in original where isWhole || !Self.own.contains(table) {
                #expect(restored[table] == rows, "\(table)")
            }
            try await shop.run(self.section("After every restore"), in: copy)
            #expect(try await shop.value("select count(*) from backops.invariants()", in: copy) == "0")
            let unfinished = "select count(*) from backops.jobs where worker_id is not null"
            #expect(try await shop.value(unfinished, in: copy) == "0")
            let next = "insert into backops.operations (name) values ('Fulfilment') returning id > 1000000"
            #expect(try await shop.value(next, in: copy) == "t")
            let completed =
                "select string_agg(completed_claim_id::text, ' ' order by position) from backops.actions where operation_id = 1"
            let before = try await shop.value(completed, in: copy)
            try await shop.work(in: copy)
            let done = "select string_agg(state, ' ' order by id) from backops.operations where id <= 7"
            let states = try await shop.value(done, in: copy)
            #expect(states == "completed failed completed active completed active active")
            // What had completed was not run again.
            #expect(try await shop.value(completed, in: copy) == before)
            #expect(try await shop.value("select count(*) from backops.invariants()", in: copy) == "0")
        }
    }

    @Test(arguments: [[], ["--disable-triggers"], ["--disable-triggers", "--jobs=2"]])
    func `of data alone is for the schema's owner, who is no superuser`(options: [String]) async throws {
        try await withShop { shop in
            try await shop.shell(
                "pg_dump -Fc -a -n backops --exclude-table-data='backops.(migrations|engine)' -f data.dump shop"
            )
            try await shop.shell("createuser keeper && createdb -O keeper kept")
            try await shop.shell("backops migrate up", user: "keeper", database: "kept")
            try await shop.shell(
                "pg_restore -e -a \(options.joined(separator: " ")) -d kept data.dump",
                user: "keeper"
            )
            let (original, restored) = (
                try await shop.contents(of: "shop"), try await shop.contents(of: "kept")
            )
            for (table, rows) in original where !Self.own.contains(table) {
                #expect(restored[table] == rows, "\(table)")
            }
            #expect(try await shop.value("select count(*) from backops.invariants()", in: "kept") == "0")
        }
    }

    @Test func `as a script of plain SQL brings back data alone`() async throws {
        try await withShop { shop in
            try await shop.shell("createdb plain && backops migrate up --database dbname=plain")
            try await shop.shell(
                "pg_dump -a -n backops --exclude-table-data='backops.(migrations|engine)' shop | psql -X1 -v ON_ERROR_STOP=1 plain"
            )
            let (original, restored) = (
                try await shop.contents(of: "shop"), try await shop.contents(of: "plain")
            )
            for (table, rows) in original where !Self.own.contains(table) {
                #expect(restored[table] == rows, "\(table)")
            }
            #expect(try await shop.value("select count(*) from backops.invariants()", in: "plain") == "0")
        }
    }

    @Test func `with operations before their jobs is refused instead of starting them`() async throws {
        try await withShop { shop in
            try await shop.shell("createdb turned && backops migrate up --database dbname=turned")
            try await shop.shell("pg_dump -Fc -a -n backops -f data.dump shop")
            try await shop.shell("pg_restore -l data.dump | grep 'backops operations ' > list")
            let refused = try await shop.run("pg_restore -e -a -L list -d turned data.dump")
            #expect(refused.code == 1)
            #expect(refused.messages.contains("operations are being restored before their jobs"))
            #expect(refused.messages.contains("--disable-triggers"))
            #expect(try await shop.value("select count(*) from backops.jobs", in: "turned") == "0")
            #expect(try await shop.value("select count(*) from backops.operations", in: "turned") == "0")
        }
    }

    @Test func `without its workers leaves jobs that invariants() tells of, with what frees them`()
        async throws
    {
        try await withShop { shop in
            try await shop.shell(
                "createdb bare && pg_dump --exclude-table-data=backops.workers shop | psql -qX bare"
            )
            let told = try await shop.value(
                "select string_agg(distinct invariant, ' ') from backops.invariants()",
                in: "bare"
            )
            #expect(told == "claims_belong_to_workers")
            let text = try String(contentsOf: Self.page, encoding: .utf8)
            let statement = try #require(text.firstMatch(of: #/SELECT backops\.record_crashes[^\n]+/#)).output
            #expect(try await shop.value(String(statement), in: "bare") == "1")
            #expect(try await shop.value("select count(*) from backops.invariants()", in: "bare") == "0")
        }
    }

    private func section(_ heading: String) throws -> Transcript {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let part = try #require(text.components(separatedBy: "\n## \(heading)\n").dropFirst().first)
        return Transcript(part.components(separatedBy: "\n## ")[0])
    }

    private func withShop(_ body: (ShopServer) async throws -> Void) async throws {
        try await withDevPostgres { server in
            let shop = try ShopServer(server)
            defer { shop.removeFolder() }
            try await shop.open()
            try await body(shop)
        }
    }
}
