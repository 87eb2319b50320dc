import ArgumentParser
import BackOps

struct MigrateUpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Take the steps that are pending, and replace the functions and views, in one transaction.",
        discussion: """
            It waits a second at most for a lock on a table, so that no statement queues behind it for longer; then it says who \
            holds the lock, lets go of everything, and tries again for five minutes. Functions and views are replaced whenever they \
            are not those of this program, also by those of an older release.
            """
    )

    @Option(help: ArgumentHelp("Stop at this version.", valueName: "version"))
    var to: Int?

    @Flag(
        help: ArgumentHelp(
            "Create the roles too.",
            discussion: """
                SCHEMA_enqueue, SCHEMA_worker, SCHEMA_operator, SCHEMA_approver and SCHEMA_reader, with the least rights that each needs. Your own \
                role must have CREATEROLE. Roles that exist get the rights of new steps without this, too.
                """
        )
    )
    var withRoles = false

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard let to, !(1...MigrationStep.newestVersion).contains(to) else { return }
        throw ValidationError(
            "There is no version \(to) to stop at: this program knows 1 to \(MigrationStep.newestVersion)."
        )
    }

    func run() async throws {
        let database = try options.resolved()
        try await waiting.untilReachable(database)
        let upgrade = try await Migrator(database).bringUp(to: to, createsRoles: withRoles) { holders in
            let sessions = holders.isEmpty ? "a lock" : holders.joined(separator: "; ")
            StandardStream.error.writeLine("waiting, and trying again, for \(sessions)")
        }
        let version = try await Migrator(database).status().version
        MigrationReport(
            schema: database.schemaName,
            version: version,
            steps: upgrade.steps,
            verb: "applied",
            hasReplacedEngine: upgrade.hasReplacedEngine,
            roles: withRoles ? upgrade.roles : nil
        ).write(output)
    }
}
