import Foundation
import LibPQ
import Testing

@Suite(.server, .timeLimit(.minutes(5))) struct `A limit of the server` {
    private func options(_ setting: String, _ value: String) -> PQOptions {
        var options = TestServer.options
        options.settings[setting] = value
        return options
    }

    @Test func `that ends a statement is named, with how to change it`() async throws {
        try await withConnection(options("statement_timeout", "5ms")) { connection async throws in
            let error = await errorOf { try await connection.query("select pg_sleep(600)") }
            #expect(error?.code == .server && error?.sqlState == .queryCanceled)
            #expect(
                error?.description.contains("setting statement_timeout of this role, its database") == true
            )
            #expect(error?.description.contains("ALTER ROLE … SET statement_timeout") == true)
            let outcomes = try await connection.pipeline(["select pg_sleep(600)"])
            guard case .failure(let second) = outcomes.first else {
                Issue.record("\(outcomes)")
                return
            }
            #expect(second.description.contains("setting statement_timeout") == true)
        }
    }

    @Test func `that ends the wait for a lock is named; a lock that nobody waited for has no such limit`()
        async throws
    {
        let name = uniqueName()
        try await withConnection { holder async throws in
            try await holder.script("create table \(name) ()")
            try await holder.script("begin; lock table \(name)")
            try await withConnection(options("lock_timeout", "5ms")) { connection async throws in
                let late = await errorOf { try await connection.script("begin; lock table \(name)") }
                #expect(late?.sqlState == .lockNotAvailable)
                #expect(late?.description.contains("setting lock_timeout of this role") == true)
                let refused = await errorOf {
                    try await connection.script("rollback; begin; lock table \(name) nowait")
                }
                #expect(refused?.sqlState == .lockNotAvailable)
                #expect(refused?.hint == nil)
            }
            try await holder.script("rollback; drop table \(name)")
        }
    }

    @Test(.enabled(if: TestServer.isPrivate, "the end of a process elsewhere cannot be seen"))
    func `that ends an idle transaction is named by what comes next`() async throws {
        try await withConnection(options("idle_in_transaction_session_timeout", "5ms")) {
            connection async throws in
            try await connection.script("begin")
            // Its process, and not its row in pg_stat_activity, which vanishes while its socket is still open: what is sent
            // then is lost with the socket, and its last words with it.
            let process = "/proc/\(connection.backendPID)"
            try await until { !FileManager.default.fileExists(atPath: process) }
            let error = await errorOf { try await connection.query("select 1") }
            #expect(error?.code == .connectionLost)
            #expect(
                error?.description.contains("setting idle_in_transaction_session_timeout") == true,
                "\(error.map { "\($0)" } ?? "")"
            )
        }
    }

    /// As it happens, too, when the server's last word comes in the same breath as the answer before it.
    @Test func `that ends an idle transaction is named also where it was read while nothing was asked`()
        async throws
    {
        try await withConnection(options("idle_in_transaction_session_timeout", "5ms")) {
            connection async throws in
            try await connection.script("begin")
            let error = await errorOf {
                _ = try await connection.run { session in
                    var notifications: [PQNotification] = []
                    while notifications.isEmpty {
                        notifications = try session.waitForNotifications(timeout: .seconds(60))
                    }
                    return notifications
                }
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.sqlState == SQLState("25P03"), "\(error.map { "\($0)" } ?? "")")
        }
    }

    @Test func `is not blamed where somebody cancelled the statement`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        try await withConnection { connection async throws in
            let task = Task { try await connection.query("select pg_sleep(600)") }
            try await eventually(
                "select coalesce((select pg_cancel_backend(pid) from pg_stat_activity where pid = \(connection.backendPID) and wait_event = 'PgSleep'), false)",
                on: pool
            )
            let error = await errorOf { try await task.value }
            #expect(error?.sqlState == .queryCanceled)
            #expect(error?.hint == nil)
        }
        await pool.close()
    }
}
