import LibPQ

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

extension Explanation {
    init(_ row: PQRow) throws(PQError) {
        reason = try row.decode(0)
        detail = try row.decode(1)
        advice = try row.decode(2)
        workerID = try row.decode(3)
        since = try row.timeIfAny(4)
        // A pause without an end lasts until infinity.
        until = try row.decode(5, as: PQTimestamp?.self)?.date
    }
}
