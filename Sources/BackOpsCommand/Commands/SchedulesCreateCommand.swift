import ArgumentParser
import BackOps

/// Creates or changes a schedule.
struct SchedulesCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a schedule, or make the one of that name what the options say.",
        discussion: """
            schedules create nightly-report Report --cron "30 2 * * *" --time-zone Europe/Berlin
            schedules create sync Sync --every 90s --overlap buffer source=crm
            """
    )

    @Argument(help: "The schedule's name.", completion: .scheduleNames)
    var name: String

    @Argument(help: "The operation's name.", completion: .operationNames)
    var operation: String

    @Argument(
        help: ArgumentHelp("Globals: key=text or key:=json.", valueName: "key=value"),
        transform: Assignment.init
    )
    var assignments: [Assignment] = []

    @Option(help: ArgumentHelp("Run it at these times: \"30 2 * * *\".", valueName: "expression"))
    var cron: String?

    @Option(
        help: ArgumentHelp("Run it whenever this time has passed: 90s.", valueName: "duration"),
        transform: DurationText.parse
    )
    var every: Duration?

    @Option(help: ArgumentHelp("The time zone of --cron.", valueName: "zone"))
    var timeZone = "UTC"

    @Option(
        help: ArgumentHelp(
            "While an operation of it is active: skip the slot, buffer one, allow both, cancel the active one.",
            valueName: "policy"
        ),
        completion: .list(Schedule.Overlap.allCases.map(\.rawValue)),
        transform: Self.overlap
    )
    var overlap = Schedule.Overlap.skip

    @Option(help: ArgumentHelp("Run of late slots: latest, all or none.", valueName: "policy"))
    var catchUp = "latest"

    @Option(
        help: ArgumentHelp("With --catch-up all, the most late slots to run (1000).", valueName: "number")
    )
    var catchUpLimit: Int?

    @Option(
        help: ArgumentHelp("Skip slots that are later than this (1d).", valueName: "duration"),
        transform: DurationText.parse
    )
    var catchUpWindow: Duration?

    @Option(
        help: ArgumentHelp("The earliest slot; --every counts from it.", valueName: "time"),
        transform: TimeText.parse
    )
    var startsAt: When?

    @Option(help: ArgumentHelp("The latest slot.", valueName: "time"), transform: TimeText.parse)
    var endsAt: When?

    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp("Label its operations; repeat it for several.", valueName: "tag"),
        completion: .tags
    )
    var tags: [String] = []

    @Option(
        help: ArgumentHelp("Let each slot become due up to so much later.", valueName: "duration"),
        transform: DurationText.parse
    )
    var jitter: Duration?

    @Option(help: ArgumentHelp("Pause it after so many failed operations in a row.", valueName: "number"))
    var pauseAfterFailures: Int?

    @Option(help: ArgumentHelp("The queue of its operations.", valueName: "name"), completion: .queueNames)
    var queue = "default"

    @Option(help: ArgumentHelp("Serve them first (0) or last (9).", valueName: "number"))
    var priority = 5

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    private static func overlap(_ word: String) throws -> Schedule.Overlap {
        guard let overlap = Schedule.Overlap(rawValue: word) else {
            throw ValidationError("--overlap must be skip, buffer, allow or cancel, not \"\(word)\".")
        }
        return overlap
    }

    func validate() throws {
        if (cron == nil) == (every == nil) { throw ValidationError("Give --cron or --every, and not both.") }
        if !["latest", "all", "none"].contains(catchUp) {
            throw ValidationError("--catch-up must be latest, all or none, not \"\(catchUp)\".")
        }
        if catchUpLimit != nil, catchUp != "all" {
            throw ValidationError("--catch-up-limit needs --catch-up all.")
        }
    }

    func run() async throws {
        let slots: Schedule.Slots =
            if let every { .every(every) } else { .cron(cron ?? "", timeZone: timeZone) }
        var schedule = Schedule(
            name,
            operation: operation,
            slots,
            globals: Globals(try Assignment.document(assignments))
        )
        schedule.overlap = overlap
        schedule.catchUp =
            catchUp == "all" ? .all(limit: catchUpLimit ?? 1000) : catchUp == "none" ? .none : .latest
        schedule.jitter = jitter ?? .zero
        schedule.pauseAfterFailures = pauseAfterFailures
        if let catchUpWindow { schedule.catchUpWindow = catchUpWindow }
        schedule.startsAt = startsAt?.date
        schedule.endsAt = endsAt?.date
        schedule.tags = tags
        schedule.queue = queue
        schedule.priority = priority
        let record = try await options.withClient { client in
            try await client.schedule(schedule)
            return try await client.schedule(named: name)
        }
        if output.json {
            StandardStream.output.writeLine((record?.json ?? .null).description)
        } else {
            let next = record?.nextLocalTime.map { "; it runs next at \($0) \(timeZone)" } ?? ""
            StandardStream.output.writeLine("scheduled \(name)" + next)
        }
    }
}
