import BackOps
import LibPQ
import Testing

@Suite struct `The environment of a program` {
    @Test func `leads to the database as libpq does when it says nothing`() throws {
        let database = try BackOpsDatabase(overriding: [:])
        #expect(database.schemaName == "backops")
        #expect(database.options.preparedStatements)
        #expect(database.listens && database.listenOptions == nil)
    }

    @Test func `leads through a pooler, and past it for LISTEN`() throws {
        let database = try BackOpsDatabase(overriding: [
            "BACKOPS_DATABASE_URL": "host=pooler", "BACKOPS_SCHEMA": "jobs",
            "BACKOPS_PREPARED_STATEMENTS": "off", "BACKOPS_LISTEN_URL": "postgresql://direct/x",
        ])
        #expect(database.options.description == "host=pooler")
        #expect(database.schemaName == "jobs")
        #expect(!database.options.preparedStatements)
        #expect(database.listens)
        #expect(database.listenOptions?.description == "dbname=x host=direct")
    }

    @Test func `does without LISTEN where nothing leads past the pooler`() throws {
        let database = try BackOpsDatabase(overriding: ["BACKOPS_LISTEN_URL": "off"])
        #expect(!database.listens && database.listenOptions == nil)
    }

    @Test func `gives way to what a program is told`() throws {
        let variables = ["BACKOPS_DATABASE_URL": "host=a", "BACKOPS_SCHEMA": "a"]
        let database = try BackOpsDatabase(conninfo: "host=b", schema: "b", overriding: variables)
        #expect(database.options.description == "host=b")
        #expect(database.schemaName == "b")
    }

    @Test(arguments: ["no", "OFF", "0"])
    func `is refused where it is not understood`(text: String) {
        let error = #expect(throws: BackOpsError.self) {
            try BackOpsDatabase(overriding: ["BACKOPS_PREPARED_STATEMENTS": text])
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message == "BACKOPS_PREPARED_STATEMENTS must be on or off, not \"\(text)\".")
        #expect(throws: PQError.self) { try BackOpsDatabase(overriding: ["BACKOPS_LISTEN_URL": "x=y"]) }
    }
}
