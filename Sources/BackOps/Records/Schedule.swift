#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What is to be enqueued when: see the article <doc:Schedules>.
public struct Schedule: Sendable {
    /// When a schedule enqueues its operation.
    public enum Slots: Sendable, Hashable {
        /// At the times of a cron expression of five fields, or six with seconds, in a time zone such as `Europe/Berlin`.
        case cron(String, timeZone: String = "UTC")
        /// Whenever so much time has passed, counted from ``Schedule/startsAt`` on; at least a second.
        case every(Duration)
    }

    /// What a slot does while an operation of the schedule is active.
    public enum Overlap: String, Sendable, Hashable, CaseIterable {
        /// It enqueues nothing, and is recorded as skipped.
        case skip
        /// It waits for the end of the active operation; a further one is skipped.
        case buffer
        /// Its operation runs beside the active one.
        case allow
        /// It ends the active operation.
        case cancel
    }

    /// What becomes of slots that are more than a minute late, because no worker ran.
    public enum CatchUp: Sendable, Hashable {
        /// The last of them runs.
        case latest
        /// All of them run, and of more than a limit the latest.
        case all(limit: Int = 1000)
        /// None of them runs.
        case none
    }

    /// The schedule's name.
    public var name: String

    /// The name of the operation that it enqueues.
    public var operation: String

    /// When it does.
    public var slots: Slots

    /// The globals of its operations.
    public var globals: Globals

    /// The queue of its operations.
    public var queue: String

    /// The priority of its operations: 0 is served first, 9 last.
    public var priority: Int

    /// Labels of its operations.
    public var tags: [String]

    /// No slot is before; nil is when the schedule is created.
    public var startsAt: Date?

    /// No slot is after; nil is never.
    public var endsAt: Date?

    /// What a slot does while an operation of the schedule is active.
    public var overlap: Overlap

    /// What becomes of late slots.
    public var catchUp: CatchUp

    /// Slots that are later than this are skipped, whatever ``catchUp`` says.
    public var catchUpWindow: Duration

    /// Each slot becomes due up to so much later, the same slot always by as much.
    public var jitter: Duration

    /// After so many failed operations in a row the schedule is paused; nil is never.
    public var pauseAfterFailures: Int?

    /// Describes a schedule of an operation that a worker defines.
    ///
    /// - Parameters:
    ///   - name: The schedule's name.
    ///   - definition: The operation, of which only the name is needed.
    ///   - slots: When it is enqueued.
    ///   - globals: Its globals.
    ///   - queue: Its queue.
    ///   - priority: Its priority: 0 is served first, 9 last.
    ///   - tags: Its labels.
    ///   - startsAt: No slot is before; nil is when the schedule is created.
    ///   - endsAt: No slot is after; nil is never.
    ///   - overlap: What a slot does while an operation of the schedule is active.
    ///   - catchUp: What becomes of late slots.
    ///   - catchUpWindow: Slots that are later than this are skipped.
    ///   - jitter: Each slot becomes due up to so much later.
    ///   - pauseAfterFailures: After so many failed operations in a row the schedule is paused; nil is never.
    public init(
        _ name: String,
        _ definition: (some OperationDefinition).Type,
        _ slots: Slots,
        globals: Globals = [:],
        queue: String = "default",
        priority: Int = 5,
        tags: [String] = [],
        startsAt: Date? = nil,
        endsAt: Date? = nil,
        overlap: Overlap = .skip,
        catchUp: CatchUp = .latest,
        catchUpWindow: Duration = .seconds(86_400),
        jitter: Duration = .zero,
        pauseAfterFailures: Int? = nil
    ) {
        self.init(
            name,
            operation: definition.name,
            slots,
            globals: globals,
            queue: queue,
            priority: priority,
            tags: tags,
            startsAt: startsAt,
            endsAt: endsAt,
            overlap: overlap,
            catchUp: catchUp,
            catchUpWindow: catchUpWindow,
            jitter: jitter,
            pauseAfterFailures: pauseAfterFailures
        )
    }

    /// Describes a schedule of an operation by its name.
    ///
    /// - Parameters:
    ///   - name: The schedule's name.
    ///   - operation: The operation's name.
    ///   - slots: When it is enqueued.
    ///   - globals: Its globals.
    ///   - queue: Its queue.
    ///   - priority: Its priority: 0 is served first, 9 last.
    ///   - tags: Its labels.
    ///   - startsAt: No slot is before; nil is when the schedule is created.
    ///   - endsAt: No slot is after; nil is never.
    ///   - overlap: What a slot does while an operation of the schedule is active.
    ///   - catchUp: What becomes of late slots.
    ///   - catchUpWindow: Slots that are later than this are skipped.
    ///   - jitter: Each slot becomes due up to so much later.
    ///   - pauseAfterFailures: After so many failed operations in a row the schedule is paused; nil is never.
    public init(
        _ name: String,
        operation: String,
        _ slots: Slots,
        globals: Globals = [:],
        queue: String = "default",
        priority: Int = 5,
        tags: [String] = [],
        startsAt: Date? = nil,
        endsAt: Date? = nil,
        overlap: Overlap = .skip,
        catchUp: CatchUp = .latest,
        catchUpWindow: Duration = .seconds(86_400),
        jitter: Duration = .zero,
        pauseAfterFailures: Int? = nil
    ) {
        self.name = name
        self.operation = operation
        self.slots = slots
        self.globals = globals
        self.queue = queue
        self.priority = priority
        self.tags = tags
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.overlap = overlap
        self.catchUp = catchUp
        self.catchUpWindow = catchUpWindow
        self.jitter = jitter
        self.pauseAfterFailures = pauseAfterFailures
    }
}

extension Schedule.CatchUp {
    package var word: String {
        switch self {
        case .latest: "latest"
        case .all: "all"
        case .none: "none"
        }
    }

    package var limit: Int {
        if case .all(let limit) = self { limit } else { 1000 }
    }
}
