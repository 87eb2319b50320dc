import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A schedule, and what became of its slots: a row of the view `schedule_status`.
public struct ScheduleRecord: Sendable, Hashable, Codable {
    /// The schedule's name.
    public let name: String
    /// How it is.
    public let status: ScheduleStatus
    /// The name of the operation that it enqueues.
    public let operation: String
    /// The cron expression, or `every` and an interval.
    public let slots: String
    /// The time zone of the cron expression.
    public let timeZone: String
    /// The next slot; nil when there is none any more.
    public let nextSlot: Date?
    /// The next slot on the clock of the zone.
    public let nextLocalTime: String?
    /// The last slot that enqueued an operation.
    public let lastSlot: Date?
    /// The last operation that it enqueued.
    public let lastOperationID: Int64?
    /// The state of that operation; nil where it is gone.
    public let lastState: OperationState?
    /// How many slots enqueued an operation.
    public let runCount: Int
    /// How many slots did not.
    public let skippedCount: Int
    /// Why the last of those did not, in one word.
    public let lastSkipReason: String?
    /// The last of them.
    public let lastSkippedSlot: Date?
    /// Why its last slot could not enqueue an operation; nil if it did.
    public let lastError: String?
    /// How many of its operations in a row have failed.
    public let failures: Int
    /// Since when it is paused; nil while it is not.
    public let pausedAt: Date?
    /// When it goes on by itself; nil for when somebody resumes it.
    public let pausedUntil: Date?
    /// The database role that paused it.
    public let pausedBy: String?
    /// Why it is paused.
    public let pauseReason: String?
    /// What a slot does while an operation of the schedule is active.
    public let overlap: String
    /// What becomes of late slots.
    public let catchUp: String
    /// The application whose code declares it; nil where somebody created it by hand.
    public let application: String?
    /// Since when that code does not name it any more; nil while it does.
    public let undeclaredAt: Date?
}

extension ScheduleRecord {
    package enum Column: String, SelectList {
        case name, status, operation, slots
        case timeZone = "time_zone"
        case nextSlot = "next_at"
        case nextLocalTime = "to_char(next_local, 'YYYY-MM-DD HH24:MI:SS')"
        case lastSlot = "last_slot"
        case lastOperationID = "last_operation_id"
        case lastState = "last_state"
        case runCount = "run_count"
        case skippedCount = "skipped_count"
        case lastSkipReason = "last_skip_reason"
        case lastSkippedSlot = "last_skipped_slot"
        case lastError = "last_error"
        case failures = "failures_count"
        case pausedAt = "paused_at"
        case pausedUntil = "paused_until"
        case pausedBy = "paused_by"
        case pauseReason = "pause_reason"
        case overlap
        case catchUp = "catch_up"
        case application
        case undeclaredAt = "undeclared_at"
    }

    init(_ row: PQRow) throws(PQError) {
        name = try row.decode(Column.name)
        status = try row.word(Column.status)
        operation = try row.decode(Column.operation)
        slots = try row.decode(Column.slots)
        timeZone = try row.decode(Column.timeZone)
        nextSlot = try row.timeIfAny(Column.nextSlot)
        nextLocalTime = try row.decode(Column.nextLocalTime)
        lastSlot = try row.timeIfAny(Column.lastSlot)
        lastOperationID = try row.decode(Column.lastOperationID)
        lastState = try row.decode(Column.lastState, as: String?.self).map { OperationState(rawValue: $0) }
        runCount = try row.decode(Column.runCount)
        skippedCount = try row.decode(Column.skippedCount)
        lastSkipReason = try row.decode(Column.lastSkipReason)
        lastSkippedSlot = try row.timeIfAny(Column.lastSkippedSlot)
        lastError = try row.decode(Column.lastError)
        failures = try row.int(Column.failures)
        pausedAt = try row.timeIfAny(Column.pausedAt)
        pausedUntil = try row.timeIfAny(Column.pausedUntil)
        pausedBy = try row.decode(Column.pausedBy)
        pauseReason = try row.decode(Column.pauseReason)
        overlap = try row.decode(Column.overlap)
        catchUp = try row.decode(Column.catchUp)
        application = try row.decode(Column.application)
        undeclaredAt = try row.timeIfAny(Column.undeclaredAt)
    }
}
