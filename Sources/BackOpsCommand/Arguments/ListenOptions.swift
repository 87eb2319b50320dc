import ArgumentParser
import BackOps

/// How a worker is woken when its connections lead through a pooler in transaction mode, which LISTEN does not survive.
struct ListenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Connect there for LISTEN, past the pooler (default: as --database, or BACKOPS_LISTEN_URL).",
            valueName: "conninfo"
        )
    )
    var listenDatabase: String?

    @Flag(name: .customLong("no-listen"), help: "Do without LISTEN, and look for jobs once a second.")
    var doesNotListen = false

    func validate() throws {
        guard doesNotListen, listenDatabase != nil else { return }
        throw ValidationError("--listen-database and --no-listen exclude each other.")
    }

    func apply(to database: inout BackOpsDatabase) throws {
        if let listenDatabase { try database.listen(through: listenDatabase) }
        if doesNotListen { database.listens = false }
    }
}
