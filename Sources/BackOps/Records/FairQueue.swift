import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A queue whose actions take turns, or one whose actions did: a row of the view `fair_queue_status`.
public struct FairQueue: Sendable, Hashable, Codable {
    /// The queue's name.
    public let queue: String
    /// The global by whose values they take turns; nil where they do no more.
    public let by: String?
    /// How much of the queue a value gets beside the others: from 0.01 to 100, and 1 for those that are not here.
    public let weights: [String: Double]
    /// How many actions have their turn and wait for a worker; see ``isCapped``.
    ///
    /// What is due is given a turn by the next claim that cannot take all of it: there may be more that has none yet.
    public let waiting: Int
    /// Whether counting stopped at a thousand: there are at least as many.
    public let isCapped: Bool
    /// The database role that set it.
    public let setBy: String
    /// When it did.
    public let setAt: Date
    /// Why, in the words of the caller.
    public let reason: String?
}

extension FairQueue {
    package enum Column: String, SelectList {
        case queue
        case by = "by_global"
        case weights, waiting
        case isCapped = "capped"
        case setBy = "set_by"
        case setAt = "set_at"
        case reason
    }

    init(_ row: PQRow) throws(PQError) {
        queue = try row.decode(Column.queue)
        by = try row.decode(Column.by)
        let members = try row.document(Column.weights).objectValue ?? [:]
        weights = [String: Double](
            uniqueKeysWithValues: members.compactMap { key, value in
                value.doubleValue.map { (key.text, $0) }
            }
        )
        waiting = try row.decode(Column.waiting)
        isCapped = try row.decode(Column.isCapped)
        setBy = try row.decode(Column.setBy)
        setAt = try row.time(Column.setAt)
        reason = try row.decode(Column.reason)
    }
}
