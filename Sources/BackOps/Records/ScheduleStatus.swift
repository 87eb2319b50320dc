/// How a schedule is: the column `status` of the view `schedule_status`.
public struct ScheduleStatus: OpenWord {
    /// The word as the database has it.
    public let rawValue: String

    /// Makes a word, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It enqueues its operation at its next slot.
    public static let active = Self(rawValue: "active")
    /// Somebody paused it, or its operations failed.
    public static let paused = Self(rawValue: "paused")
    /// It has no slot any more.
    public static let ended = Self(rawValue: "ended")
    /// Its last slot could not enqueue an operation.
    public static let failing = Self(rawValue: "failing")
    /// It is due for more than a minute: no worker looks.
    public static let overdue = Self(rawValue: "overdue")

    /// The words that this version knows.
    public static let allCases: [Self] = [.active, .paused, .ended, .failing, .overdue]
}
