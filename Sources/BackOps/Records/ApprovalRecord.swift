import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What an operation has asked for, and what became of it: a row of the view `approval_status`.
public struct ApprovalRecord: Sendable, Hashable, Codable, Identifiable {
    /// What became of an approval.
    public struct Status: OpenWord {
        /// The word as the database has it.
        public let rawValue: String

        /// Makes a word, known or not.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Nobody has decided yet.
        public static let pending = Self(rawValue: "pending")
        /// Somebody has approved.
        public static let approved = Self(rawValue: "approved")
        /// Somebody has rejected.
        public static let rejected = Self(rawValue: "rejected")
        /// Nobody has decided in time.
        public static let lapsed = Self(rawValue: "lapsed")
        /// The operation was cancelled or led elsewhere.
        public static let withdrawn = Self(rawValue: "withdrawn")

        /// The words that this version knows.
        public static let allCases: [Self] = [.pending, .approved, .rejected, .lapsed, .withdrawn]
    }

    /// The approval's number; in the order in which they were asked.
    public let id: Int64
    /// The operation's number.
    public let operationID: Int64
    /// The run of the step that asked.
    public let run: Int
    /// What was to be approved.
    public let name: String
    /// Who decides; nil is everybody who may call `decide`.
    public let role: String?
    /// What was asked.
    public let question: String?
    /// What became of it.
    public let status: Status
    /// When it was asked.
    public let askedAt: Date
    /// Until when it can be decided, or could; nil is as long as it takes.
    public let deadline: Date?
    /// When the operation was enqueued that reminds.
    public let remindedAt: Date?
    /// Who decided, in the words of whoever called.
    public let decidedBy: String?
    /// The database role that was logged in.
    public let vouchedBy: String?
    /// When it was decided, lapsed or was withdrawn.
    public let decidedAt: Date?
    /// Why it was decided so.
    public let reason: String?
}

extension ApprovalRecord {
    package enum Column: String, SelectList {
        case id
        case operationID = "operation_id"
        case run, name, role, question, status
        case askedAt = "asked_at"
        case deadline
        case remindedAt = "reminded_at"
        case decidedBy = "decided_by"
        case vouchedBy = "vouched_by"
        case decidedAt = "decided_at"
        case reason
    }

    init(_ row: PQRow) throws(PQError) {
        id = try row.decode(Column.id)
        operationID = try row.decode(Column.operationID)
        run = try row.int(Column.run)
        name = try row.decode(Column.name)
        role = try row.decode(Column.role)
        question = try row.decode(Column.question)
        status = try row.word(Column.status)
        askedAt = try row.time(Column.askedAt)
        deadline = try row.timeIfAny(Column.deadline)
        remindedAt = try row.timeIfAny(Column.remindedAt)
        decidedBy = try row.decode(Column.decidedBy)
        vouchedBy = try row.decode(Column.vouchedBy)
        decidedAt = try row.timeIfAny(Column.decidedAt)
        reason = try row.decode(Column.reason)
    }
}
