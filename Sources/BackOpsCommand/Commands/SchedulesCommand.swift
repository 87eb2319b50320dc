import ArgumentParser

/// Shows and steers schedules.
struct SchedulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "Show and steer schedules.",
        discussion: "Without a subcommand it is `schedules list`.",
        subcommands: [
            SchedulesListCommand.self, SchedulesShowCommand.self, SchedulesCreateCommand.self,
            SchedulesPreviewCommand.self, SchedulesRunNowCommand.self, SchedulesPauseCommand.self,
            SchedulesResumeCommand.self, SchedulesRemoveCommand.self, SchedulesBackfillCommand.self,
        ],
        defaultSubcommand: SchedulesListCommand.self
    )
}
