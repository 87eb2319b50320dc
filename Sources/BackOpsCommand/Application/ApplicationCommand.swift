import ArgumentParser

/// The root of an application's command line.
struct ApplicationCommand<Application: BackOpsApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Application.name,
            abstract: Application.abstract,
            discussion: CommandList.discussion,
            version: LibraryVersion.sentence(Application.name),
            groupedSubcommands: [
                CommandGroup(
                    name: "Run",
                    subcommands: [
                        WorkCommand<Application>.self, CheckDeployCommand<Application>.self, DevCommand.self,
                    ]
                )
            ] + CommandList.groups
        )
    }
}
