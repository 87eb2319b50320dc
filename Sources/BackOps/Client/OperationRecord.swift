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

/// Shows an action of an operation: a row of the view `action_status`.
public struct ActionRecord: Sendable {
    /// Its place in the plan, from 1.
    public let position: Int
    /// Its branch.
    public let branch: BranchName
    /// Its name.
    public let name: String
    /// completed, skipped, running, ready, scheduled, retrying, failed, cancelled, or open: not reached.
    public let status: String
    /// The run that it is in, from 1; a jump back begins a new one.
    public let run: Int
    /// Attempts of that run begun so far.
    public let attempts: Int
    /// Attempts before the operation fails.
    public let maxAttempts: Int
    /// When its last attempt began.
    public let startedAt: Date?
    /// When it completed.
    public let completedAt: Date?
    /// When it is due, while it waits.
    public let performAt: Date?
    /// The type of its last error; cleared by success.
    public let errorType: String?
    /// The message of its last error.
    public let errorMessage: String?
    /// Where that error was thrown.
    public let stackTrace: String?
}

/// Shows an attempt that did not simply succeed: a row of the table `attempts`.
public struct AttemptRecord: Sendable {
    /// The action, as `branch/Action`.
    public let action: String
    /// The run of the action, from 1.
    public let run: Int
    /// The attempt of that run, from 1; 0 where the action could not start.
    public let attempt: Int
    /// failed, timed_out, crashed, snoozed, released, cancelled, completed or refused.
    public let outcome: String
    /// The worker, as host and process id.
    public let worker: String?
    /// When it began.
    public let startedAt: Date?
    /// When it ended.
    public let endedAt: Date
    /// The type of its error.
    public let errorType: String?
    /// The message of its error.
    public let errorMessage: String?
    /// Where that error was thrown.
    public let stackTrace: String?
}
