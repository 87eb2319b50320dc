import BackOps
import DevPostgres
import LibPQ
import Testing

/// On a server that waits for a standby which does not exist.
@Suite(.timeLimit(.minutes(5))) struct `An operation that no standby has confirmed` {
    private func withWaitingServer(
        _ body: (_ impatient: BackOpsClient, _ local: BackOpsClient) async throws -> Void
    ) async throws {
        let settings = DevPostgres.Settings(serverSettings: [
            "synchronous_standby_names": "nobody", "wal_level": "replica", "max_wal_senders": "2",
        ])
        try await withDevPostgres(settings) { server async throws in
            var database = try BackOpsDatabase(server.connectionString())
            database.options.settings["synchronous_commit"] = "local"
            try await Migrator(database).up()
            let local = BackOpsClient(database)
            // Gives the wait up after a moment, which makes the row visible on this server.
            database.options.settings["synchronous_commit"] = "on"
            database.options.queryTimeout = .milliseconds(300)
            let impatient = BackOpsClient(database)
            try await body(impatient, local)
            await impatient.close()
            await local.close()
        }
    }

    private func codeOfRefusal(_ body: () async throws -> Void) async -> BackOpsError.Code? {
        await #expect(throws: BackOpsError.self) { try await body() }?.code
    }

    @Test func `is acknowledged to nobody, not even to who asks again under its key`() async throws {
        try await withWaitingServer { impatient, local async throws in
            var request = OperationRequest("Payment")
            request.key = "payment-1"
            for _ in 1...3 {
                #expect(await codeOfRefusal { _ = try await impatient.enqueue(request) } == .unknownCommit)
            }
            let rows = try await local.pool.query("select id from backops.operations")
            #expect(rows.count == 1)
            #expect(try await local.enqueue(request).id == rows.first?.decode(0, as: Int64.self))
        }
    }

    @Test func `is acknowledged to none of those that share its commit`() async throws {
        try await withWaitingServer { impatient, local async throws in
            for _ in 1...2 {
                let codes = await withTaskGroup { group in
                    for n in 0..<20 {
                        group.addTask {
                            await codeOfRefusal { try await impatient.enqueue(Payment.self, key: "\(n)") }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(codes == Array(repeating: .unknownCommit, count: 20))
            }
            let keys = try await local.pool.query("select key, xmin::text from backops.operations").map {
                try $0.decode(as: String.self, String.self)
            }
            #expect(Set(keys.map(\.0)) == Set((0..<20).map { "\($0)" }))
            #expect(Set(keys.map(\.1)).count < 20)
        }
    }

    @Test func `is acknowledged to nobody, not even in a batch of known keys`() async throws {
        try await withWaitingServer { impatient, local async throws in
            for _ in 1...3 {
                let code = await codeOfRefusal {
                    _ = try await impatient.enqueue(
                        Payment.self,
                        batch: [["key": "a"], ["key": "b"]],
                        key: { $0["key"]?.stringValue }
                    )
                }
                #expect(code == .unknownCommit)
            }
            #expect(try await local.pool.query("select from backops.operations").count == 2)
        }
    }
}

private struct Payment: OperationDefinition {
    var branches: [Branch] { Do("Charge") { _ in } }
}
