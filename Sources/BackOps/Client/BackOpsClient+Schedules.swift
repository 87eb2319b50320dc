import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension BackOpsClient {
    /// Creates a schedule, or makes the one of that name what this one says.
    ///
    /// Where it is so already, nothing changes. A time that was changed applies to slots to come.
    ///
    /// - Parameter schedule: The schedule.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidArgument``: the message names the field of the cron expression,
    ///   or the argument, that is at fault.
    public func schedule(_ schedule: Schedule) async throws {
        try await call(engine.schedule(schedule))
    }

    /// Reads all schedules.
    ///
    /// - Returns: The schedules, by name.
    /// - Throws: ``BackOpsError``.
    public func schedules() async throws -> [ScheduleRecord] {
        try await call(engine.scheduleRecords(named: nil)).read(ScheduleRecord.init)
    }

    /// Reads one schedule.
    ///
    /// - Parameter name: Its name.
    /// - Returns: The schedule; nil where there is none of that name.
    /// - Throws: ``BackOpsError``.
    public func schedule(named name: String) async throws -> ScheduleRecord? {
        try await call(engine.scheduleRecords(named: name)).read(ScheduleRecord.init).first
    }

    /// Computes the next slots of a schedule.
    ///
    /// - Parameters:
    ///   - name: The schedule's name.
    ///   - count: How many: 1 to 1,000.
    /// - Returns: The slots, in order; fewer where the schedule ends.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` where there is no schedule of that name.
    public func nextSlots(of name: String, count: Int = 10) async throws -> [ScheduledSlot] {
        try await call(engine.nextSlots(name, count)).read(ScheduledSlot.init)
    }

    /// Computes the slots of a cron expression, without a schedule.
    ///
    /// - Parameters:
    ///   - cron: The expression.
    ///   - timeZone: The time zone.
    ///   - count: How many: 1 to 1,000.
    ///   - after: After which time; nil is now.
    /// - Returns: The slots, in order; fewer where there are no more within 40 years.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidArgument``.
    public func previewSlots(
        _ cron: String,
        timeZone: String = "UTC",
        count: Int = 10,
        after: Date? = nil
    ) async throws -> [SlotPreview] {
        try await call(engine.previewSlots(cron, timeZone, count, after: after)).read(SlotPreview.init)
    }

    /// Enqueues the operation of a schedule at once, paused or not, whatever is active.
    ///
    /// Its slots stay as they are; the next one finds this operation active if it still is.
    ///
    /// - Parameters:
    ///   - name: The schedule's name.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: A handle for the operation.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` where there is no schedule of that name.
    @discardableResult
    public func runSchedule(_ name: String, reason: String? = nil) async throws -> OperationHandle {
        let ids = try await call(engine.runSchedule(name, reason: reason)).read {
            try $0.decode(0, as: Int64.self)
        }
        guard let id = ids.first else { throw BackOpsError.noRow("the operation") }
        return OperationHandle(id: id, client: self)
    }

    /// Pauses a schedule: its slots are skipped, and recorded as such.
    ///
    /// - Parameters:
    ///   - name: The schedule's name.
    ///   - until: When it goes on by itself; nil for when somebody resumes it.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` where there is no schedule of that name, and
    ///   ``BackOpsError/Code/invalidArgument`` for a time that has passed.
    public func pauseSchedule(_ name: String, until: Date? = nil, reason: String? = nil) async throws {
        try await call(engine.pauseSchedule(name, until: until, reason: reason))
    }

    /// Lets a paused schedule go on with its next slot.
    ///
    /// - Parameters:
    ///   - name: The schedule's name.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` where there is no schedule of that name, and
    ///   ``BackOpsError/Code/wrongState`` where it is not paused.
    public func resumeSchedule(_ name: String, reason: String? = nil) async throws {
        try await call(engine.resumeSchedule(name, reason: reason))
    }

    /// Removes a schedule; its operations stay, and go on.
    ///
    /// - Parameters:
    ///   - name: The schedule's name.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` where there is no schedule of that name.
    public func unschedule(_ name: String, reason: String? = nil) async throws {
        try await call(engine.unschedule(name, reason: reason))
    }
}
