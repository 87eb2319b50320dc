#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Says one reason why an operation is where it is: a row of the function `explain`.
public struct Explanation: Sendable {
    /// The reason in a word: `running`, `scheduled`, `retrying`, `queue_paused`, `queue_unserved`, `action_unknown`, `suspect`,
    /// `worker_missing`, `ready`, `parked`, `completed`, `failed` or `cancelled`.
    public let reason: String
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
}

/// Shows what somebody did to operations or to a queue: a row of the view `audit`.
public struct AuditEntry: Sendable, Identifiable {
    /// Its number, in the order of the calls.
    public let id: Int64
    /// When.
    public let at: Date
    /// The database role that was logged in.
    public let who: String
    /// What: the function's name, such as `retry`.
    public let action: String
    /// The operations that were changed.
    public let operationIDs: [Int64]
    /// Why, in its words.
    public let reason: String?
    /// What else the call said, such as the target of a jump.
    public let details: JSON
}
