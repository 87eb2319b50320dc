import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Names a job that a worker holds.
public struct HeldJob: Sendable {
    /// The worker's number.
    public let workerID: Int64
    /// The operation's number.
    public let operationID: Int64
    /// The operation's name.
    public let operation: String
    /// The action that runs, as `branch/Action`.
    public let action: String
    /// Which attempt of the action it is, from 1.
    public let attempt: Int
    /// Since when the worker holds it.
    public let since: Date
    /// What the action last reported: 0 to 1, and a note.
    public let progress: (fraction: Double, note: String?)?
}

extension HeldJob {
    init(_ row: PQRow) throws(PQError) {
        workerID = try row.decode(0)
        operationID = try row.decode(1)
        operation = try row.decode(2)
        action = try row.decode(3)
        attempt = Int(try row.decode(4, as: Int32.self))
        since = try row.time(5)
        let note = try row.decode(7, as: String?.self)
        progress = try row.decode(6, as: Float?.self).map { (Double($0), note) }
    }
}
