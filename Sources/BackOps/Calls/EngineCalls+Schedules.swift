package import LibPQ

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// `Migrations/Engine/schedules`, as far as workers call it.
extension EngineCalls {
    /// One row: how long until a schedule is due, null where none will be.
    package func schedulesDueIn() -> SQLStatement {
        "select \(unescaped: name).schedules_due_in()"
    }

    /// A row of ``ScheduleEvent`` for everything that was done.
    package func runSchedules(atMost limit: Int) -> SQLStatement {
        "select \(unescaped: ScheduleEvent.Column.sql) from \(unescaped: name).run_schedules(\(Int32(limit)))"
    }
}

/// What workers call for the schedules that their code declares.
extension EngineCalls {
    /// One row; an error where a declaration cannot be a schedule.
    package func checkSchedules(_ schedules: DeclaredSchedules) -> SQLStatement {
        "select \(unescaped: name).check_schedules(\(schedules.application), \(PQJSON(bytes: schedules.document)))"
    }

    /// One row.
    package func declareSchedules(worker: Int64, _ schedules: DeclaredSchedules) -> SQLStatement {
        """
        select \(unescaped: name).declare_schedules(\(worker), \(schedules.application), \(PQJSON(bytes: schedules.document)))
        """
    }

    /// A row for everything that was changed or is refused: schedule, outcome, detail.
    package func settleSchedules(of application: String) -> SQLStatement {
        "select schedule, outcome, detail from \(unescaped: name).settle_schedules(\(application))"
    }
}

/// What the action of a backfill calls.
extension EngineCalls {
    /// The name of the operation that a backfill is.
    package static let backfillName = "backops.backfill"

    /// A row of ``BackfillStep``.
    package func advanceBackfill(_ operation: Int64) -> SQLStatement {
        "select \(unescaped: BackfillStep.Column.sql) from \(unescaped: name).advance_backfill(\(operation))"
    }
}

/// And as people call it.
extension EngineCalls {
    /// One row with the schedule's number.
    package func schedule(_ schedule: Schedule) throws(BackOpsError) -> SQLStatement {
        let (cron, timeZone, every): (String?, String, Duration?) =
            switch schedule.slots {
            case .cron(let expression, let timeZone): (expression, timeZone, nil)
            case .every(let interval): (nil, "UTC", interval)
            }
        return """
            select \(unescaped: name).schedule(
              \(schedule.name), \(schedule.operation), \(cron), \(every), \(timeZone),
              \(PQJSON(bytes: try schedule.globals.checkedJSON())), \(schedule.queue), \(Int32(clamping: schedule.priority)),
              \(schedule.tags), \(schedule.startsAt), \(schedule.endsAt), \(schedule.overlap.rawValue),
              \(schedule.catchUp.word), \(Int32(clamping: schedule.catchUp.limit)), \(schedule.catchUpWindow), \(schedule.jitter),
              \(schedule.pauseAfterFailures.map { Int32(clamping: $0) }))
            """
    }

    /// A row of ``ScheduleRecord`` for every schedule, or for the one of that name.
    package func scheduleRecords(named schedule: String?) -> SQLStatement {
        """
        select \(unescaped: ScheduleRecord.Column.sql)
          from \(unescaped: name).schedule_status
         where name = coalesce(\(schedule), name)
         order by name
        """
    }

    /// A row of ``ScheduledSlot`` for every slot.
    package func nextSlots(_ schedule: String, _ count: Int) -> SQLStatement {
        """
        select \(unescaped: ScheduledSlot.Column.sql)
          from \(unescaped: name).next_slots(\(schedule), \(Int32(clamping: count)))
         order by number
        """
    }

    /// A row of ``SlotPreview`` for every slot.
    package func previewSlots(
        _ cron: String,
        _ timeZone: String,
        _ count: Int,
        after: Date?
    ) -> SQLStatement {
        """
        select \(unescaped: SlotPreview.Column.sql)
          from \(unescaped: name).preview_slots(\(cron), \(timeZone), \(Int32(clamping: count)), \(after))
         order by number
        """
    }

    /// One row with the operation's number.
    package func runSchedule(_ schedule: String, reason: String?) -> SQLStatement {
        "select \(unescaped: name).run_schedule(\(schedule), \(reason.storable))"
    }

    /// One row.
    package func pauseSchedule(_ schedule: String, until: Date?, reason: String?) -> SQLStatement {
        "select \(unescaped: name).pause_schedule(\(schedule), \(reason.storable), \(until))"
    }

    /// One row.
    package func resumeSchedule(_ schedule: String, reason: String?) -> SQLStatement {
        "select \(unescaped: name).resume_schedule(\(schedule), \(reason.storable))"
    }

    /// One row.
    package func unschedule(_ schedule: String, reason: String?) -> SQLStatement {
        "select \(unescaped: name).unschedule(\(schedule), \(reason.storable))"
    }

    /// A row of ``BackfillPreview``.
    package func previewBackfill(_ schedule: String, _ start: Date, _ end: Date?) -> SQLStatement {
        """
        select \(unescaped: BackfillPreview.Column.sql)
          from \(unescaped: name).preview_backfill(\(schedule), \(start), \(end))
        """
    }

    /// One row with the operation's number.
    package func backfill(
        _ schedule: String,
        _ start: Date,
        _ end: Date?,
        _ concurrency: Int,
        newestFirst: Bool,
        reason: String?
    ) -> SQLStatement {
        """
        select \(unescaped: name).backfill_schedule(
          \(schedule), \(start), \(end), \(Int32(clamping: concurrency)), \(newestFirst), \(reason.storable))
        """
    }
}
