import ArgumentParser
import BackOpsBenchmarks
import BackOpsCommand

/// The root of the command line without operations of its own.
///
/// It is no part of BackOpsCommand, so that applications need not carry what only the stand-alone program can do.
struct StandaloneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backops",
        abstract: "Sets up, shows and steers workflows that run on PostgreSQL.",
        discussion: CommandList.discussion,
        version: LibraryVersion.sentence("backops"),
        subcommands: [BenchWorkerCommand.self],
        groupedSubcommands: [CommandGroup(name: "Run", subcommands: [DevCommand.self, BenchCommand.self])]
            + CommandList.groups
    )
}
