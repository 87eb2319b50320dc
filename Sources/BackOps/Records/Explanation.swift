import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// One reason why an operation is where it is: a row of the function `explain`.
public struct Explanation: Sendable, Hashable, Codable {
    /// The reason.
    public let reason: Reason
    /// The reason in a sentence, with the error or the worker that it is about.
    public let detail: String?
    /// What to do, where something is to be done.
    public let advice: String?
    /// The worker that it is about.
    public let workerID: Int64?
    /// Since when it is so.
    public let since: Date?
    /// Until when it will be so, where that is known.
    public let until: Date?

    /// A reason in a word.
    public struct Reason: OpenWord {
        /// The word as the database has it.
        public let rawValue: String

        /// Makes a word, known or not.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A worker runs it.
        public static let running = Self(rawValue: "running")
        /// The worker that held it is gone.
        public static let workerMissing = Self(rawValue: "worker_missing")
        /// Its next action has a time in the future.
        public static let scheduled = Self(rawValue: "scheduled")
        /// Its next attempt has a time in the future.
        public static let retrying = Self(rawValue: "retrying")
        /// It is at a step that waits for a time, a signal or an approval.
        public static let waiting = Self(rawValue: "waiting")
        /// That step is over, and no worker has let the operation go on.
        public static let waitOverdue = Self(rawValue: "wait_overdue")
        /// It waits for a slot of a limit.
        public static let limit = Self(rawValue: "limit")
        /// It waits for a start under a rate.
        public static let rate = Self(rawValue: "rate")
        /// It asks for an approval of a role that is neither a database role nor in `approvers`.
        public static let nobodyDecides = Self(rawValue: "nobody_decides")
        /// Its queue is paused.
        public static let queuePaused = Self(rawValue: "queue_paused")
        /// As many of its queue run as may.
        public static let queueFull = Self(rawValue: "queue_full")
        /// It has its turn in a fair queue, and others come before it.
        public static let turn = Self(rawValue: "turn")
        /// No worker serves its queue.
        public static let queueUnserved = Self(rawValue: "queue_unserved")
        /// No worker of its queue knows its action.
        public static let actionUnknown = Self(rawValue: "action_unknown")
        /// Its worker died: it runs alone next.
        public static let suspect = Self(rawValue: "suspect")
        /// It is due, and needs a free slot of a worker.
        public static let ready = Self(rawValue: "ready")
        /// No worker has registered its name.
        public static let parked = Self(rawValue: "parked")
        /// It ran to its end.
        public static let completed = Self(rawValue: "completed")
        /// An action failed for good.
        public static let failed = Self(rawValue: "failed")
        /// Somebody ended it.
        public static let cancelled = Self(rawValue: "cancelled")

        /// The words that this version knows.
        public static let allCases: [Self] = [
            .running, .workerMissing, .scheduled, .retrying, .waiting, .waitOverdue, .limit, .rate,
            .nobodyDecides, .queuePaused, .queueFull, .turn, .queueUnserved, .actionUnknown, .suspect,
            .ready, .parked, .completed, .failed, .cancelled,
        ]
    }
}

extension Explanation {
    package enum Column: String, SelectList {
        case reason, detail, advice
        case workerID = "worker_id"
        case since, until
    }

    init(_ row: PQRow) throws(PQError) {
        reason = try row.word(Column.reason)
        detail = try row.decode(Column.detail)
        advice = try row.decode(Column.advice)
        workerID = try row.decode(Column.workerID)
        since = try row.timeIfAny(Column.since)
        // A pause without an end lasts until infinity.
        until = try row.decode(Column.until, as: PQTimestamp?.self)?.date
    }
}
