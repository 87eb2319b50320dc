import ArgumentParser

/// The root of the command line without operations of its own.
struct StandaloneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backops",
        abstract: "Sets up, shows and steers workflows that run on PostgreSQL.",
        discussion: CommandList.discussion,
        version: LibraryVersion.sentence("backops"),
        groupedSubcommands: [CommandGroup(name: "Run", subcommands: [DevCommand.self])] + CommandList.groups
    )
}

/// Runs the command line of the stand-alone program `backops`.
public enum BackOpsCommandLine {
    /// Runs the command that the arguments name, and ends the process with its exit code.
    public static func main() async {
        await Program.run(StandaloneCommand.self, as: "backops")
    }
}
