import ArgumentParser
import BackOps

struct MigrateSQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Print the steps as one script for psql; connects to nothing."
    )

    @Option(
        help: ArgumentHelp(
            "Print only the steps after this version, and the functions and views.",
            valueName: "version"
        )
    )
    var from = 0

    @Flag(
        help: ArgumentHelp(
            "Drop functions and views first, and keep what others were granted on them.",
            discussion:
                "For a script that PostgreSQL refused with SQLSTATE 42P13 or 42P16: a function or view returns other columns than before."
        )
    )
    var rebuild = false

    // Taken like everywhere; only the schema matters here.
    @OptionGroup var options: DatabaseOptions

    func validate() throws {
        guard !(0...MigrationStep.newestVersion).contains(from) else { return }
        throw ValidationError(
            "There is no version \(from) to begin after: this program knows 0 to \(MigrationStep.newestVersion)."
        )
    }

    func run() async throws {
        StandardStream.output.write(
            try Migrator.sql(schema: options.resolved().schemaName, from: from, rebuildsEngine: rebuild)
        )
    }
}
