import ArgumentParser
import BackOps
import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Opens psql where the operations are.
struct PsqlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Open psql in the database, with the schema in its search_path.",
        discussion: """
            sql
            sql -- -c "select * from failures"
            echo "select * from queue_depth" | backops sql

            What stands behind -- goes to psql. \\dv+ lists the views, and \\df+ the functions, with their comments.
            """
    )

    @OptionGroup var options: DatabaseOptions

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("What psql is to be told.", valueName: "arguments")
    )
    var arguments: [String] = []

    func run() async throws {
        let database = try options.resolved()
        let inherited = ProcessInfo.processInfo.environment
        // As variables, because others can read a command line.
        var variables = database.options.variables
        let path = "-c search_path=\(database.schemaName),public"
        let before = variables["PGOPTIONS"] ?? inherited["PGOPTIONS"]
        variables["PGOPTIONS"] = [before, path].compactMap { $0 }.joined(separator: " ")
        let signals = await SignalRelay.trapping()
        let process = DevProcess(command: ["psql"] + arguments, variables: variables, keepsOurs: true)
        let status = try await process.run(forwarding: signals)
        if status != .done { throw Problem.silent(status) }
    }
}
