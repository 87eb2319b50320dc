package import ArgumentParser

/// What the stand-alone program and applications have in common.
package enum CommandList {
    package static let groups = [
        CommandGroup(
            name: "Operations",
            subcommands: [
                EnqueueCommand.self, ListCommand.self, ShowCommand.self, WatchCommand.self,
                ExplainCommand.self, TimelineCommand.self, LogsCommand.self, FailuresCommand.self,
                GraphCommand.self,
            ]
        ),
        CommandGroup(
            name: "Steering",
            subcommands: [
                RetryCommand.self, CancelCommand.self, JumpCommand.self, SkipCommand.self,
                RunFromCommand.self, RerunCommand.self, SetCommand.self, RescheduleCommand.self,
                SignalCommand.self, WakeUpCommand.self, ApprovalsCommand.self, DecideCommand.self,
                ExtendCommand.self, AuditCommand.self,
            ]
        ),
        CommandGroup(
            name: "Workers and queues",
            subcommands: [
                QueuesCommand.self, PauseCommand.self, ResumeCommand.self, LimitQueueCommand.self,
                ShareQueueCommand.self, LimitsCommand.self, LimitCommand.self, RatesCommand.self,
                RateCommand.self, SchedulesCommand.self, WorkersCommand.self,
            ]
        ),
        CommandGroup(
            name: "Installation",
            subcommands: [
                MigrateCommand.self, DoctorCommand.self, HealthCommand.self, PruneCommand.self,
                PsqlCommand.self, CompletionsCommand.self, ManCommand.self, VersionCommand.self,
            ]
        ),
    ]

    package static let discussion = """
        The database is that of --database, else of the variable BACKOPS_DATABASE_URL, else the one that libpq's own \
        variables (PGHOST, PGSERVICE, PGPASSFILE and so on) and defaults lead to. Where that is PgBouncer in transaction \
        mode, BACKOPS_PREPARED_STATEMENTS=off does without what it would mix up, and BACKOPS_LISTEN_URL leads \
        workers past it for LISTEN; with `off` there they look for jobs once a second.

        Exit codes: 0 done, 1 error, 3 check failed, 4 operation failed, 5 operation cancelled, 6 timed out, \
        64 wrong usage, 66 no such operation, 69 database unreachable, 77 no permission, 78 schema missing or too \
        old, for `migrate up` and `migrate down` also too new, 130 interrupted.
        """
}
