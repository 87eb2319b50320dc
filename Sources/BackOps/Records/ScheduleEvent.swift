import LibPQ

/// What a worker did with a slot, or with a run of slots, of a schedule.
package struct ScheduleEvent: Sendable {
    package let schedule: String
    package let operationID: Int64?
    /// `enqueued`, `buffered`, `skipped` or `paused`.
    package let outcome: String
    package let reason: String?
    /// Counted up to 1,001.
    package let slots: Int
    /// Seconds from the slot to its operation; nil where there is none.
    package let lateness: Double?

    package enum Column: String, SelectList {
        case schedule
        case operationID = "operation_id"
        case outcome, reason, slots
        case lateness = "late"
    }

    init(_ row: PQRow) throws(PQError) {
        schedule = try row.decode(Column.schedule)
        operationID = try row.decode(Column.operationID)
        outcome = try row.decode(Column.outcome)
        reason = try row.decode(Column.reason)
        slots = try row.int(Column.slots)
        lateness = try row.decode(Column.lateness)
    }
}
