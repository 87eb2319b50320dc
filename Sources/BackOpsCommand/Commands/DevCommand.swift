package import ArgumentParser
import BackOps
import DevPostgres

/// Runs a private PostgreSQL.
package struct DevCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run a private PostgreSQL, migrated, until ctrl-C or while a command runs.",
        discussion: """
            dev                     prints how to connect, and stays
            dev -- ./worker work    runs a command with BACKOPS_DATABASE_URL and PG* set, and ends with it

            The server lives in .backops, reachable through a Unix socket for you alone. It needs PostgreSQL's server \
            programs, and no rights; as root it runs them as another user.
            """
    )

    @Option(help: ArgumentHelp("Keep the data in this folder.", valueName: "path"))
    var directory = ".backops"

    @Option(
        help: ArgumentHelp(
            "Listen on this port of 127.0.0.1, too, for every user of the machine.",
            valueName: "number"
        )
    )
    var port: Int?

    @Flag(help: "Let commits survive a crash of the machine; slower.")
    var durable = false

    @Flag(help: "Use a temporary folder, removed in the end.")
    var temporary = false

    @Option(
        help: ArgumentHelp(
            "Put the tables in this schema (default: backops, or BACKOPS_SCHEMA).",
            valueName: "name"
        )
    )
    var schema: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("Run this, and end with it.", valueName: "command")
    )
    var command: [String] = []

    package init() {}

    package func validate() throws {
        guard let port, !(1...65535).contains(port) else { return }
        throw ValidationError("There is no port \(port): use 1 to 65535.")
    }

    package func run() async throws {
        let schema = DatabaseOptions.schemaName(schema)
        var settings = DevPostgres.Settings(
            directory: temporary ? nil : directory,
            durable: durable,
            port: port
        )
        // By which `doctor` knows it.
        if !durable { settings.serverSettings["cluster_name"] = Doctor.developmentClusterName }
        let signals = await SignalRelay.trapping()
        let status = try await withDevPostgres(settings) { server in
            try await Migrator(BackOpsDatabase(server.connectionString(), schema: schema)).up()
            let guide = DevGuide(server: server, schema: schema)
            guard command.isEmpty else {
                return try await DevProcess(command: command, variables: guide.variables).run(
                    forwarding: signals
                )
            }
            guide.write(json: json)
            // Somebody else's server goes on without us.
            return server.ownsServer ? try await Self.stay(server, signals) : .done
        }
        if status != .done { throw Problem.silent(status) }
    }

    /// How often it looks whether the server still lives.
    private static let interval = Duration.seconds(1)

    /// Returns at the first signal.
    private static func stay(_ server: DevPostgres, _ signals: SignalRelay) async throws -> ProgramStatus {
        try await withThrowingTaskGroup(of: ProgramStatus?.self) { group in
            group.addTask { await signals.next() == nil ? nil : .done }
            group.addTask {
                while server.isRunning { try await Task.sleep(for: interval) }
                throw Problem(
                    .databaseUnreachable,
                    "the server has ended",
                    advice: "Its log is \(server.directory)/server.log."
                )
            }
            defer { group.cancelAll() }
            return try await group.next().flatMap { $0 } ?? .done
        }
    }
}
