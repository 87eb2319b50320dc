import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Shows an operation as it was when it was read: a row of the view `operation_status`.
public struct OperationRecord: Sendable, Identifiable {
    /// The operation's number.
    public let id: Int64

    /// Its name.
    public let name: String

    /// Whether it goes on, and how it ended.
    public let state: OperationState

    /// What it does right now, in a word: `running`, `ready`, `scheduled`, `retrying` or `parked` while it is active, else its state.
    public let status: String

    /// Completed actions of those that it has to run, as far as that is known: `3/5`.
    public let progress: String

    /// The action that is next, running or failed, as `branch/Action`.
    public let action: String?

    /// Attempts of that action begun so far.
    public let attempt: Int

    /// Attempts of that action before the operation fails.
    public let maxAttempts: Int?

    /// When it goes on, while it waits.
    public let runAt: Date?

    /// The queue that it waits in.
    public let queue: String

    /// 0 is served first, 9 last.
    public let priority: Int

    /// Its idempotency key.
    public let key: String?

    /// Its labels.
    public let tags: [String]

    /// What the running action last said of its progress: 0 to 1, and a note.
    public let reportedProgress: (fraction: Double, note: String?)?

    /// The worker that runs it, as host and process id.
    public let worker: String?

    /// The last error of that action: its type and its message.
    public let error: (type: String, message: String)?

    /// Why it does not move on, where that is known.
    public let note: String?

    /// The globals.
    public let globals: Globals

    /// When it was enqueued.
    public let createdAt: Date

    /// When it completed, failed or was cancelled.
    public let endedAt: Date?
}

extension OperationRecord {
    static let columns = """
        id, name, state, status, progress, action, attempt, max_attempts, run_at, queue, priority, key,
        array(select tag from unnest(tags) as tag where tag is not null),
        reported_progress, progress_note, worker, error_type, error_message, note, globals, created_at, ended_at
        """

    init(_ row: PQRow) throws(PQError) {
        id = try row.decode(0)
        name = try row.decode(1)
        let word = try row.decode(2, as: String.self)
        guard let state = OperationState(rawValue: word) else {
            throw PQError(
                .decoding,
                "Operation \(id) is in the state \"\(word)\", which this version of BackOps does not know."
            )
        }
        self.state = state
        status = try row.decode(3)
        progress = try row.decode(4)
        action = try row.decode(5)
        // An operation that is parked or has completed is at no action.
        attempt = Int(try row.decode(6, as: Int32?.self) ?? 0)
        maxAttempts = try row.decode(7, as: Int32?.self).map { Int($0) }
        runAt = try row.decode(8, as: PQTimestamp?.self)?.date
        queue = try row.decode(9)
        priority = Int(try row.decode(10, as: Int16.self))
        key = try row.decode(11)
        tags = try row.decode(12)
        let note = try row.decode(14, as: String?.self)
        reportedProgress = try row.decode(13, as: Float?.self).map { (Double($0), note) }
        worker = try row.decode(15)
        let message = try row.decode(17, as: String?.self)
        error = try row.decode(16, as: String?.self).map { ($0, message ?? "") }
        self.note = try row.decode(18)
        globals = Globals(text: try row.decode(19, as: PQJSON.self).bytes)
        createdAt = try row.time(20)
        endedAt = try row.timeIfAny(21)
    }
}
