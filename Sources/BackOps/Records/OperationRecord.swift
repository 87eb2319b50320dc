import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// An operation as it was when it was read: a row of the view `operation_status`.
public struct OperationRecord: Sendable, Hashable, Identifiable, Codable {
    /// The operation's number.
    public let id: Int64

    /// The operation's name.
    public let name: String

    /// Whether it goes on, and how it ended.
    public let state: OperationState

    /// What it does right now while it is active, else its state.
    public let status: OperationStatus

    /// Completed actions of those that it has to run.
    public let progress: OperationProgress

    /// The action that is next, running or failed, as `branch/Action`.
    public let action: String?

    /// Attempts of that action begun so far.
    public let attempt: Int

    /// Attempts of that action before the operation fails.
    public let maxAttempts: Int?

    /// When it goes on, while no worker runs it.
    public let runAt: Date?

    /// The queue that it is in.
    public let queue: String

    /// The priority: 0 is served first, 9 last.
    public let priority: Int

    /// The key that it was enqueued under.
    public let key: String?

    /// What an enqueue under the same key does; nil without a key.
    public let mode: EnqueueMode?

    /// The labels.
    public let tags: [String]

    /// What the running action last reported.
    public let reportedProgress: ActionProgress?

    /// The worker that runs it, as host and process id.
    public let worker: String?

    /// The last error of that action.
    public let error: RecordedError?

    /// Why it does not move on, where that is known.
    public let note: String?

    /// The globals.
    public let globals: Globals

    /// When it was enqueued.
    public let createdAt: Date

    /// When it completed, failed or was cancelled.
    public let endedAt: Date?

    /// The schedule whose slot it runs, or whose slots it backfills; nil where there is none.
    public let schedule: String?

    /// The slot that it was enqueued for: the time that its work is about.
    public let slot: Date?
}

extension OperationRecord {
    package enum Column: String, SelectList {
        case id, name, state, status, progress, action, attempt
        case maxAttempts = "max_attempts"
        case runAt = "run_at"
        case queue, priority
        case key = "coalesce(key, active_key)"
        case keyMode = "key_mode"
        case tags = "array(select tag from unnest(tags) as tag where tag is not null)"
        case reportedProgress = "reported_progress"
        case progressNote = "progress_note"
        case worker
        case errorType = "error_type"
        case errorMessage = "error_message"
        case note, globals
        case createdAt = "created_at"
        case endedAt = "ended_at"
        case schedule, slot
    }

    init(_ row: PQRow) throws(PQError) {
        id = try row.decode(Column.id)
        name = try row.decode(Column.name)
        state = try row.word(Column.state)
        status = try row.word(Column.status)
        progress = OperationProgress(try row.decode(Column.progress, as: String.self))
        action = try row.decode(Column.action)
        // An operation that is parked or has completed is at no action.
        attempt = try row.intIfAny(Column.attempt) ?? 0
        maxAttempts = try row.intIfAny(Column.maxAttempts)
        runAt = try row.decode(Column.runAt, as: PQTimestamp?.self)?.date
        queue = try row.decode(Column.queue)
        priority = Int(try row.decode(Column.priority, as: Int16.self))
        key = try row.decode(Column.key)
        let mode = try row.decode(Column.keyMode, as: String?.self).map { EnqueueMode($0) }
        self.mode = mode ?? (key == nil ? nil : .once)
        tags = try row.decode(Column.tags)
        let progressNote = try row.decode(Column.progressNote, as: String?.self)
        reportedProgress = try row.decode(Column.reportedProgress, as: Float?.self).map {
            ActionProgress(fraction: Double($0), note: progressNote)
        }
        worker = try row.decode(Column.worker)
        let message = try row.decode(Column.errorMessage, as: String?.self)
        error = try row.decode(Column.errorType, as: String?.self).map {
            RecordedError(type: $0, message: message ?? "")
        }
        note = try row.decode(Column.note)
        globals = Globals(text: try row.decode(Column.globals, as: PQJSON.self).bytes)
        createdAt = try row.time(Column.createdAt)
        endedAt = try row.timeIfAny(Column.endedAt)
        schedule = try row.decode(Column.schedule)
        slot = try row.timeIfAny(Column.slot)
    }
}
