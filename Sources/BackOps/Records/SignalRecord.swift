import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A signal that was sent to an operation: a row of the view `signal_status`.
public struct SignalRecord: Sendable, Hashable, Codable, Identifiable {
    /// Where a signal is.
    public struct Status: OpenWord {
        /// The word as the database has it.
        public let rawValue: String

        /// Makes a word, known or not.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// It is in the operation's inbox.
        public static let unread = Self(rawValue: "unread")
        /// A wait has read it.
        public static let read = Self(rawValue: "read")
        /// The operation has ended without reading it.
        public static let left = Self(rawValue: "left")

        /// The words that this version knows.
        public static let allCases: [Self] = [.unread, .read, .left]
    }

    /// The signal's number; in the order in which they came.
    public let id: Int64
    /// The operation's number.
    public let operationID: Int64
    /// What a wait names.
    public let name: String
    /// Where it is.
    public let status: Status
    /// What came with it, with secrets redacted for who may not see them; nil when nothing did.
    public let payload: JSONValue?
    /// What tells two sendings of one signal.
    public let dedupKey: String?
    /// The database role that sent it.
    public let sentBy: String
    /// When it was sent.
    public let sentAt: Date
    /// When a wait read it.
    public let readAt: Date?
    /// The wait that read it, as "branch/name".
    public let readBy: String?
}

extension SignalRecord {
    package enum Column: String, SelectList {
        case id
        case operationID = "operation_id"
        case name, status, payload
        case dedupKey = "dedup_key"
        case sentBy = "sent_by"
        case sentAt = "sent_at"
        case readAt = "read_at"
        case readBy = "read_by"
    }

    init(_ row: PQRow) throws(PQError) {
        id = try row.decode(Column.id)
        operationID = try row.decode(Column.operationID)
        name = try row.decode(Column.name)
        status = try row.word(Column.status)
        payload = try row.documentIfAny(Column.payload)
        dedupKey = try row.decode(Column.dedupKey)
        sentBy = try row.decode(Column.sentBy)
        sentAt = try row.time(Column.sentAt)
        readAt = try row.timeIfAny(Column.readAt)
        readBy = try row.decode(Column.readBy)
    }
}
