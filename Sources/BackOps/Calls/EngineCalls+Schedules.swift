package import LibPQ

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
