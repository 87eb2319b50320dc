import ArgumentParser
import BackOps

struct MigrateSQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Print the steps as one script for psql; connects to nothing."
    )

    @Option(help: ArgumentHelp("Print only the steps behind this version.", valueName: "version"))
    var from = 0

    // Taken like everywhere; only the schema matters here.
    @OptionGroup var options: DatabaseOptions

    func validate() throws {
        guard !(0...Migration.newestVersion).contains(from) else { return }
        throw ValidationError(
            "There is no version \(from) to begin behind: this program knows 0 to \(Migration.newestVersion)."
        )
    }

    func run() async throws {
        StandardStream.output.write(try Migrator.sql(schema: options.resolved().schemaName, from: from))
    }
}
