import BackOps
import BackOpsCommand
import DevPostgres
import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The server that is measured: a private one, or one that was named.
struct BenchServer: Sendable {
    /// How to connect to the server, not to a database of the benchmark.
    let conninfo: String

    /// Sessions outside of the benchmark's databases, so that looking does not count as their work.
    let pool: PQPool

    /// What matters of the server's settings, and of this machine.
    let settings: [String: String]

    /// How a private server is set up, which is what a small server of one's own would have.
    ///
    /// Commits are durable, as the defaults are. The log may grow, so that the rate does not depend on how many checkpoints
    /// happen to fall into a run; those that the benchmark itself asks for come before the clock starts.
    static let privateSettings = DevPostgres.Settings(
        durable: true,
        serverSettings: [
            "shared_buffers": "512MB",
            "max_wal_size": "8GB",
            "min_wal_size": "1GB",
            "checkpoint_timeout": "30min",
        ],
        maxConnections: 100
    )

    /// Lends a server: the named one, or else a private one that is gone afterwards.
    static func lend<R>(_ conninfo: String?, _ body: (BenchServer) async throws -> R) async throws -> R {
        guard let conninfo else {
            return try await withDevPostgres(privateSettings) { dev in
                try await lend(dev.connectionString(), isPrivate: true, body)
            }
        }
        return try await lend(conninfo, isPrivate: false, body)
    }

    private static func lend<R>(
        _ conninfo: String,
        isPrivate: Bool,
        _ body: (BenchServer) async throws -> R
    ) async throws -> R {
        var options = PQOptions(conninfo)
        options.applicationName = "backops bench"
        let pool = PQPool(options, size: 4)
        do {
            var settings = try await read(pool)
            settings["server"] = isPrivate ? "private" : "given"
            let result = try await body(BenchServer(conninfo: conninfo, pool: pool, settings: settings))
            await pool.close()
            return result
        } catch {
            await pool.close()
            throw error
        }
    }

    private static let names = [
        "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size",
        "wal_compression",
        "checkpoint_timeout", "autovacuum_naptime",
    ]

    private static func read(_ pool: PQPool) async throws -> [String: String] {
        var settings: [String: String] = [:]
        for row in try await pool.query("select n, current_setting(n) from unnest(\(names)) as n") {
            let (name, value) = try row.decode(as: String.self, String.self)
            settings[name] = value
        }
        let version = try await pool.query("select current_setting('server_version')")[0].decode(
            0,
            as: String.self
        )
        settings["version"] = version.split(separator: " ").first.map(String.init)
        settings["cores"] = "\(ProcessInfo.processInfo.activeProcessorCount)"
        settings["build"] = buildMode
        return settings
    }

    /// Whether this program was optimised: figures of a debug build say nothing.
    static var buildMode: String {
        #if DEBUG
        "debug"
        #else
        "release"
        #endif
    }
}
