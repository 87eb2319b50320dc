import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A line that an attempt logged: a row of the table `attempt_logs`, where ``WorkerConfiguration/attemptLogs`` stores them.
public struct LoggedLine: Sendable {
    /// Where a line stands among those of its operation: what ``BackOpsClient/logs(of:after:limit:)`` goes on behind.
    public struct Place: Sendable, Hashable {
        let claimID: Int64
        let number: Int
    }

    /// Where it stands among the lines of the operation.
    public let place: Place
    /// The action, as `branch/Action`.
    public let action: String
    /// The run of the action, from 1.
    public let run: Int
    /// The attempt of that run, from 1.
    public let attempt: Int
    /// When it was logged, by the clock of the worker's host.
    public let loggedAt: Date
    /// trace, debug, info, notice, warning, error or critical.
    public let level: String
    /// The message.
    public let message: String
    /// The metadata, without what the other properties say.
    public let metadata: [String: String]
}

extension LoggedLine {
    init(_ row: PQRow) throws {
        action = try row.decode(0)
        run = Int(try row.decode(1, as: Int32.self))
        attempt = Int(try row.decode(2, as: Int32.self))
        loggedAt = try row.time(3)
        level = try row.decode(4)
        message = try row.decode(5)
        let document = try row.document(6)
        metadata =
            document.objectValue.map { members in
                Dictionary(members.map { ($0.key.text, $0.value.stringValue ?? $0.value.description) }) {
                    first,
                    _ in
                    first
                }
            } ?? ["metadata": document.stringValue ?? document.description]
        place = Place(claimID: try row.decode(7), number: Int(try row.decode(8, as: Int32.self)))
    }
}
