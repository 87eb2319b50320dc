import BackOps
import DevPostgres
import Foundation
import LibPQ
import TestSupport
import Testing

/// A PostgreSQL server of the test's own with the engine in it, and two tables that actions write to.
struct Site: Sendable {
    let server: DevPostgres
    let database: BackOpsDatabase
    let client: BackOpsClient

    /// Says how to get to the database directly.
    var conninfo: String { server.connectionString() }

    /// The Unix socket, for a proxy.
    var socketPath: String { "\(server.socketDirectory)/.s.PGSQL.\(server.port)" }

    /// Says how to get to the same database through a proxy.
    func conninfo(through proxy: FaultProxy, user: String = DevPostgres.user) -> String {
        "host=127.0.0.1 port=\(proxy.port) user=\(user) dbname=postgres sslmode=disable gssencmode=disable"
    }

    @discardableResult
    func query(_ statement: SQLStatement) async throws -> PQResult { try await client.pool.query(statement) }

    func value<Value: PQDecodable>(
        _ statement: SQLStatement,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        let row = try #require(try await query(statement).first)
        return try row.decode(0, as: type)
    }

    /// Enqueues operations that the fixture knows, by plain INSERTs; the closure runs before workers can see them.
    @discardableResult
    func enqueue(
        _ name: String,
        _ globals: JSONValue = [:],
        count: Int = 1,
        before body: () -> Void = {}
    ) async throws -> [Int64] {
        try await client.pool.withTransaction { transaction in
            let rows = try await transaction.query(
                """
                insert into backops.operations (name, globals)
                select \(name), \(PQJSON(bytes: globals.utf8)) from generate_series(1, \(count))
                returning id
                """
            )
            body()
            return try rows.map { try $0.decode(0, as: Int64.self) }
        }
    }

    func enqueueOne(_ name: String, _ globals: JSONValue = [:]) async throws -> Int64 {
        try #require(try await enqueue(name, globals).first)
    }

    func state(_ id: Int64) async throws -> String {
        try await value("select state from backops.operations where id = \(id)")
    }

    /// How many operations are in a state.
    func count(_ state: String) async throws -> Int {
        try await value("select count(*) from backops.operations where state = \(state)")
    }

    /// Asks something of a database that may be away: nil while it is.
    func reachable<R>(_ body: () async throws -> R) async throws -> R? {
        do {
            return try await body()
        } catch let error as PQError where error.isTransient || error.code != .server {
            return nil
        }
    }

    /// Waits until no operation is active any more.
    func settled(within limit: Duration = .seconds(600)) async throws {
        try await eventually("all operations have ended", within: limit) { try await count("active") == 0 }
    }

    /// The outcomes of the attempts of an operation that did not simply succeed, in order.
    func outcomes(_ id: Int64) async throws -> [String] {
        try await client.attempts(of: id).map(\.outcome.rawValue)
    }

    /// Checks that every one of the given actions of the given operations has exactly one effect.
    func expectEveryEffectOnce(of ids: [Int64], actions: [String] = ["One", "Two", "Three"]) async throws {
        let wrong = try await query(
            """
            select i.id, array_agg(e.action order by e.id)::text
              from unnest(\(ids)) as i (id)
              left join effects e on e.operation_id = i.id
             group by i.id
            having coalesce(array_agg(e.action order by e.id), '{}') <> \(actions)
            """
        )
        let lines = try wrong.map { row in
            try "operation \(row.decode(0, as: Int64.self)): \(row.decode(1, as: String?.self) ?? "nothing")"
        }
        #expect(lines == [])
    }

    /// Checks what must hold whatever happened.
    func expectSound() async throws {
        guard try await value("select to_regprocedure('backops.invariants()') is not null", as: Bool.self)
        else {
            return
        }
        let violations = try await query("select v::text from backops.invariants() as v")
        #expect(try violations.map { try $0.decode(0, as: String.self) } == [])
    }
}

/// Runs a closure with a server of its own, and checks afterwards that the engine's rows are sound.
func withSite<R: Sendable>(
    _ settings: DevPostgres.Settings = .init(),
    _ body: (Site) async throws -> R
) async throws -> R {
    try await withDevPostgres(settings) { server in
        let database = try BackOpsDatabase(server.connectionString())
        try await Migrator(database).up()
        let site = Site(server: server, database: database, client: BackOpsClient(database))
        try await site.query(
            """
            create table effects (
              id bigint generated always as identity, operation_id bigint, action text, attempt integer, pid integer
            )
            """
        )
        try await site.query("create table starts (like effects including all)")
        let result = try await body(site)
        try await site.expectSound()
        await site.client.close()
        return result
    }
}

/// Runs a closure with a proxy before the server of a site.
func withProxy<R: Sendable>(to site: Site, _ body: (FaultProxy) async throws -> R) async throws -> R {
    let proxy = try FaultProxy(to: site.socketPath)
    defer { proxy.close() }
    return try await body(proxy)
}
