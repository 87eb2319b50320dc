import ArgumentParser

/// Brings the schema of a database to a version.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Set up the tables, and bring them up to date.",
        discussion:
            "Without a subcommand it is `migrate up`. Two that run at once do no harm: one waits for the other.",
        subcommands: [
            MigrateUpCommand.self, MigrateDownCommand.self, MigrateStatusCommand.self, MigrateSQLCommand.self,
        ],
        defaultSubcommand: MigrateUpCommand.self
    )
}
