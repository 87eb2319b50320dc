import ArgumentParser
import BackOps
import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where the engine's tables are: the options of every command that connects.
struct DatabaseOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Connect there: a URL, or keywords and values.",
            discussion:
                "Passwords are better kept in PGPASSFILE or a service file: others can read a command line.",
            valueName: "conninfo"
        )
    )
    var database: String?

    @Option(
        help: ArgumentHelp(
            "Use the tables in this schema (default: backops, or BACKOPS_SCHEMA).",
            valueName: "name"
        )
    )
    var schema: String?

    @Flag(
        name: .customLong("no-prepared-statements"),
        help: "Do without prepared statements, as a pooler in transaction mode needs it."
    )
    var preparesNothing = false

    /// What the options say, else the environment, else libpq.
    func resolved() throws -> BackOpsDatabase {
        var resolved = try BackOpsDatabase(
            conninfo: database,
            schema: schema,
            overriding: ProcessInfo.processInfo.environment
        )
        resolved.maxConnections = 2
        if preparesNothing { resolved.options.preparedStatements = false }
        return resolved
    }

    /// The schema of an option, else of the environment, else the usual one.
    static func schemaName(_ option: String?) -> String {
        option ?? ProcessInfo.processInfo.environment["BACKOPS_SCHEMA"] ?? "backops"
    }

    /// Lends a client, whose connections are closed afterwards.
    func withClient<R>(_ body: (BackOpsClient) async throws -> R) async throws -> R {
        let client = BackOpsClient(try resolved())
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }
}
