import ArgumentParser
import BackOps
import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Says in an exit code whether work can go on.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract:
            "Check that the database answers and has the schema; with --live, that a worker here is alive.",
        discussion: """
            For a container: HEALTHCHECK CMD ["backops", "health", "--live"]

            Ends with 0 if all is well, 3 if no worker is alive, 69 if the database does not answer, 78 if the schema is \
            missing or older than this program; a newer one is well. `doctor` examines more, and says what to do.
            """
    )

    @Flag(help: "Require a worker on this host whose lease runs.")
    var live = false

    @Option(
        help: ArgumentHelp(
            "With --live: look for workers of this host (default: this one).",
            valueName: "name"
        )
    )
    var host: String?

    @Option(
        help: ArgumentHelp("Give up after this time.", valueName: "duration"),
        transform: DurationText.parse
    )
    var timeout: Duration = .seconds(5)

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if host != nil, !live { throw ValidationError("--host needs --live.") }
    }

    func run() async throws {
        var database = try options.resolved()
        database.options.connectTimeout = timeout
        database.options.queryTimeout = timeout
        let status = try await Migrator(database).status()
        if let obstacle = status.obstacle {
            throw Problem(.schemaMismatch, obstacle.problem, advice: obstacle.advice)
        }
        let workers = live ? try await living(database) : nil
        if output.json {
            let document: JSONValue = [
                "healthy": .bool(workers != 0), "schema_version": JSONValue(status.version),
                "workers": JSONValue(workers),
            ]
            StandardStream.output.writeLine(document.description)
            if workers == 0 { throw Problem.silent(.checkFailed) }
            return
        }
        if workers == 0 {
            throw Problem(.checkFailed, "no worker on \(hostName) is alive", advice: "Its log may say why.")
        }
        let words = workers.map { ", \($0) worker\($0 == 1 ? "" : "s") alive on \(hostName)" } ?? ""
        StandardStream.output.writeLine("healthy: schema version \(status.version)\(words)")
    }

    private var hostName: String { host ?? ProcessInfo.processInfo.hostName }

    private func living(_ database: BackOpsDatabase) async throws -> Int {
        let client = BackOpsClient(database)
        do {
            let workers = try await client.workers()
            await client.close()
            return workers.count { $0.host == hostName && $0.isAlive }
        } catch {
            await client.close()
            throw error
        }
    }
}
