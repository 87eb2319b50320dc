extension EngineModel {
    /// What a person does with a schedule.
    package mutating func steer(
        schedule name: String,
        _ command: ScheduleCommand,
        step: Int
    ) throws(ModelRefusal) -> ModelAnswer {
        switch command {
        case .putSchedule(let request): return try put(name, request)
        case .pauseSchedule(let reason, let seconds):
            if let seconds, seconds <= 0 { throw .invalidArgument }
            var schedule = try find(schedule: name)
            schedule.pausedAt = schedule.pausedAt ?? now
            schedule.pausedUntil = seconds.map { now + $0 }
            schedule.pauseReason = reason.map { .text($0) }
            schedule.dueAt = schedule.pausedUntil
            schedules[name] = schedule
        case .resumeSchedule:
            var schedule = try find(schedule: name)
            guard schedule.pausedAt != nil else { throw .wrongState }
            endPause(&schedule)
            schedules[name] = schedule
        case .dropSchedule:
            _ = try find(schedule: name)
            schedules[name] = nil
        case .runSchedule:
            var schedule = try find(schedule: name)
            let key = "\(name)/\(Rendered.instant(now / second))/now"
            let id = try enqueue(slot: now, of: schedule, key, as: Self.operation(step))
            schedule.watch(id)
            schedules[name] = schedule
            return ModelAnswer("ok", rows: [[.operation(id)]])
        }
        return ModelAnswer("ok")
    }

    private func find(schedule name: String) throws(ModelRefusal) -> ModelSchedule {
        guard let schedule = schedules[name] else { throw .unknownOperation }
        return schedule
    }

    /// A changed time applies to slots to come; what the old one had before is not made up for.
    private mutating func put(_ name: String, _ request: ScheduleRequest) throws(ModelRefusal) -> ModelAnswer
    {
        let old = schedules[name]
        var request = request
        request.startsAt = request.startsAt ?? old?.request.startsAt ?? now
        guard let start = request.startsAt, start <= request.endsAt ?? .max else { throw .invalidArgument }
        if let old, old.request == request { return ModelAnswer("same", rows: [[.text("t")]]) }
        var schedule = old ?? ModelSchedule(name: name, request: request)
        schedule.request = request
        if old == nil || old?.request.slots != request.slots || old?.request.startsAt != start {
            schedule.decidedUntil = max(now, start - 1)
        }
        schedule.nextAt = schedule.slot(after: schedule.decidedUntil)
        guard old != nil || schedule.nextAt != nil else { throw .invalidArgument }
        schedule.dueAt = dueTime(of: schedule)
        schedules[name] = schedule
        return ModelAnswer(old == nil ? "created" : "changed", rows: [[.text("t")]])
    }

    /// Slots of a pause are skipped; one that waited before still does.
    package func endPause(_ schedule: inout ModelSchedule) {
        let until = min(schedule.pausedUntil ?? .max, now)
        if let last = schedule.slots(after: schedule.decidedUntil, upTo: until).last {
            _ = schedule.skip(upTo: last, "paused", schedule.pauseReason, at: now)
            schedule.decidedUntil = last
        }
        schedule.pausedAt = nil
        schedule.pausedUntil = nil
        schedule.pauseReason = nil
        schedule.failures = 0
        schedule.nextAt = schedule.slot(after: schedule.decidedUntil)
        schedule.dueAt = dueTime(of: schedule)
    }

    /// When a worker has to look at a schedule.
    package func dueTime(of schedule: ModelSchedule) -> Int? {
        if schedule.pausedAt != nil { return schedule.pausedUntil }
        guard schedule.bufferedSlot != nil else { return schedule.nextAt }
        return min(schedule.nextAt ?? .max, now + 5 * second)
    }

    /// Once for each key.
    package mutating func enqueue(
        slot: Int,
        of schedule: ModelSchedule,
        _ key: String,
        as id: Int
    ) throws(ModelRefusal) -> Int {
        var request = ModelEnqueue(name: schedule.request.operation)
        request.key = key
        request.globals = schedule.request.globals
        request.schedule = schedule.name
        request.slot = slot
        guard case .operation(let id) = try enqueue(request, as: id).rows[0][0] else { return id }
        return id
    }
}
