import ArgumentParser
import BackOps

struct MigrateDownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Take steps back, newest first; what their tables held is lost."
    )

    @Option(help: ArgumentHelp("Go back to this version; 0 removes the schema.", valueName: "version"))
    var to: Int

    @Flag(help: "Do it without asking.")
    var yes = false

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !(0...MigrationStep.newestVersion).contains(to) else { return }
        throw ValidationError(
            "There is no version \(to) to go back to: this program knows 0 to \(MigrationStep.newestVersion)."
        )
    }

    func run() async throws {
        let database = try options.resolved()
        try await waiting.untilReachable(database)
        let migrator = Migrator(database)
        let status = try await migrator.status()
        let count = status.steps.count { $0.appliedAt != nil && $0.version > to }
        if count > 0 {
            try Confirmation.ask(
                "Take \(count) of \(status.version) steps of the schema \(status.schema) back, and lose what their tables hold?",
                yes: yes
            )
        }
        let steps = try await migrator.down(to: to)
        MigrationReport(
            schema: status.schema,
            version: min(to, status.version),
            steps: steps,
            verb: "taken back"
        ).write(output)
    }
}
