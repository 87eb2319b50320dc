import LibPQ
public import Logging

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A line that an attempt logged: a row of the table `attempt_logs`, where ``WorkerConfiguration/attemptLogs`` stores them.
public struct LoggedLine: Sendable, Hashable, Codable {
    /// The place of a line among those of its operation, after which ``BackOpsClient/logs(of:after:limit:)`` goes on.
    public struct Place: Sendable, Hashable, Codable {
        let claimID: Int64
        let number: Int
    }

    /// The line's place among those of the operation.
    public let place: Place
    /// The action, as `branch/Action`.
    public let action: String
    /// The run of the action, from 1.
    public let run: Int
    /// The attempt of that run, from 1.
    public let attempt: Int
    /// When it was logged, by the clock of the worker's host.
    public let loggedAt: Date
    /// How urgent it is; `info` where the database has a word that swift-log does not have.
    public let level: Logger.Level
    /// The message.
    public let message: String
    /// The metadata, without what the other properties say.
    public let metadata: [String: String]
}

extension LoggedLine {
    /// Of the table `attempt_logs` as l, and the view `action_status` as a.
    package enum Column: String, SelectList {
        case action = "a.branch || '/' || a.name"
        case run = "l.run"
        case attempt = "l.attempt"
        case loggedAt = "l.logged_at"
        case level = "l.level"
        case message = "l.message"
        case metadata = "l.metadata"
        case claimID = "l.claim_id"
        case number = "l.number"
    }

    init(_ row: PQRow) throws(PQError) {
        action = try row.decode(Column.action)
        run = try row.int(Column.run)
        attempt = try row.int(Column.attempt)
        loggedAt = try row.time(Column.loggedAt)
        level = Logger.Level(rawValue: try row.decode(Column.level)) ?? .info
        message = try row.decode(Column.message)
        let document = try row.document(Column.metadata)
        metadata =
            document.objectValue.map { members in
                Dictionary(members.map { ($0.key.text, $0.value.stringValue ?? $0.value.description) }) {
                    first,
                    _ in
                    first
                }
            } ?? ["metadata": document.stringValue ?? document.description]
        place = Place(claimID: try row.decode(Column.claimID), number: try row.int(Column.number))
    }
}
