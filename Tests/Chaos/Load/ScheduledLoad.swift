/// Schedules with a slot every few seconds, one for each thing that a slot can do while an operation is active.
enum ScheduledLoad {
    private static let arguments = [
        ("skip", "every => '1 second', overlap => 'skip'"),
        ("buffer", "every => '2 seconds', overlap => 'buffer'"),
        ("allow", "every => '2 seconds', overlap => 'allow', catch_up => 'all'"),
        ("cancel", "every => '3 seconds', overlap => 'cancel', jitter => '1 second'"),
        (
            "none",
            "every => '1 second', overlap => 'allow', catch_up => 'none', catch_up_window => '1 minute'"
        ),
    ]

    /// Creates them.
    static let creation = script("")

    /// Lets them have no slot any more from now on.
    static let ending = script(", ends_at => backops.clock_now()")

    private static func script(_ more: String) -> String {
        arguments.map { name, arguments in
            "select backops.schedule('\(name)', '\(Shape.line.rawValue)', globals => '{\"\(Load.quick)\": true}', \(arguments)\(more));"
        }.joined(separator: "\n")
    }

    /// Slots that are not decided yet, or wait.
    static let open =
        "select count(*) from backops.schedules where coalesce(next_at, buffered_slot) is not null"
}
