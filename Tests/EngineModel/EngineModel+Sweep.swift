extension EngineModel {
    /// What one sweep has done so far.
    private struct Sweep {
        let step: Int
        var made = 0
        var rows: [[ModelAnswer.Field]] = []
        var events: [String] = []

        mutating func add(
            _ schedule: ModelSchedule,
            _ slot: Int?,
            _ operation: Int?,
            _ outcome: String,
            _ reason: String?,
            count: Int = 1,
            late: Int? = nil
        ) {
            rows.append([
                .text(schedule.name), .text(Rendered.time(slot)), operation.map { .operation($0) } ?? .null,
                .text(outcome), .text(reason ?? ""), .number(count), late.map { .number($0) } ?? .null,
            ])
            events.append(reason.map { "\(outcome) \($0)" } ?? outcome)
        }

        /// The number of the next operation.
        mutating func next() -> Int {
            made += 1
            return EngineModel.operation(step, made - 1)
        }
    }

    /// Whether the order in which the database takes schedules is not foretold.
    package var hasSchedulesDueAtOnce: Bool {
        let due = schedules.values.compactMap(\.dueAt).filter { $0 <= now }
        return Set(due).count < due.count
    }

    /// How long until a schedule is due.
    package var schedulesDueIn: Int? { schedules.values.compactMap(\.dueAt).min().map { $0 - now } }

    /// Takes schedules that are due, each by itself: one that cannot enqueue goes on at its next slot.
    package mutating func sweep(limit: Int, step: Int) -> ModelAnswer {
        let due = schedules.values.filter { $0.dueAt ?? .max <= now }
            .sorted { ($0.dueAt ?? 0, $0.name) < ($1.dueAt ?? 0, $1.name) }
        var sweep = Sweep(step: step)
        for schedule in due.prefix(limit) {
            let (before, sweptBefore) = (self, sweep)
            do throws(ModelRefusal) {
                try take(schedule, &sweep)
            } catch {
                self = before
                let made = sweep.made
                sweep = sweptBefore
                sweep.made = made
                recordError(schedule, &sweep)
            }
            // It holds operations of one schedule only.
            if schedule.request.overlap == .cancel, !schedule.activeIDs.isEmpty { break }
        }
        var answer = ModelAnswer(due.isEmpty ? "none" : "ok", rows: sweep.rows)
        answer.events = sweep.events
        return answer
    }

    private mutating func take(_ former: ModelSchedule, _ sweep: inout Sweep) throws(ModelRefusal) {
        var schedule = former
        defer { schedules[former.name] = schedule }
        guard schedule.pausedAt == nil else {
            endPause(&schedule)
            sweep.events.append("pause ended")
            return
        }
        if pauseAfterFailures(&schedule, &sweep) { return }
        if let slot = schedule.bufferedSlot, schedule.activeIDs.isEmpty {
            schedule.bufferedSlot = nil
            try run(slot, &schedule, "buffered", &sweep)
        }
        passOverWindow(&schedule, &sweep)
        let isLate = schedule.slot(after: schedule.decidedUntil).map { $0 < now - 60 * second } ?? false
        if isLate { passOverLate(&schedule, &sweep) }
        let mayRunMany = schedule.request.catchUp == .all && schedule.request.overlap == .allow
        var waits = false
        for _ in 0..<(mayRunMany ? 20 : 1) {
            guard let slot = schedule.slot(after: schedule.decidedUntil), slot <= now else { break }
            waits = try !decide(slot, isLate: isLate, &schedule, &sweep)
            if waits { break }
            schedule.decidedUntil = slot
        }
        schedule.nextAt = schedule.slot(after: schedule.decidedUntil)
        schedule.dueAt = waits ? now + 5 * second : dueTime(of: schedule)
        schedule.erroredAt = nil
    }

    /// Sees which of its operations have ended, and how.
    private func pauseAfterFailures(_ schedule: inout ModelSchedule, _ sweep: inout Sweep) -> Bool {
        let watched = Set(schedule.activeIDs).sorted().compactMap { operations[$0] }
        let completed = watched.last { $0.state == .completed }?.id
        let failed = watched.filter { $0.state == .failed }.map(\.id)
        schedule.failures =
            failed.count { $0 > completed ?? -1 } + (completed == nil ? schedule.failures : 0)
        schedule.activeIDs = watched.filter { $0.state == .active }.map(\.id)
        guard let most = schedule.request.pauseAfterFailures, most <= schedule.failures,
            let last = failed.last
        else { return false }
        schedule.pauseReason = .failures(schedule.failures, operation: last)
        if let slot = schedule.bufferedSlot {
            _ = schedule.skip(upTo: slot, "paused", schedule.pauseReason, at: now)
            sweep.add(schedule, slot, last, "skipped", "paused")
        }
        schedule.bufferedSlot = nil
        schedule.nextAt = schedule.slot(after: schedule.decidedUntil)
        schedule.dueAt = nil
        schedule.pausedAt = now
        sweep.add(schedule, schedule.nextAt, last, "paused", "failures", count: 0)
        return true
    }

    /// Slots that are later than the window are passed over, whatever else.
    private func passOverWindow(_ schedule: inout ModelSchedule, _ sweep: inout Sweep) {
        let window = schedule.request.window ?? 86_400 * second
        guard let last = schedule.slots(after: schedule.decidedUntil, upTo: now - window - 1).last else {
            return
        }
        let text = "more than \(Rendered.instant(window / second).dropFirst(11).dropLast()) late"
        pass(&schedule, upTo: last, "window", .text(text), &sweep)
    }

    /// Of those that are more than a minute late catch-up may leave some out.
    private func passOverLate(_ schedule: inout ModelSchedule, _ sweep: inout Sweep) {
        let slots = schedule.slots(after: schedule.decidedUntil, upTo: now)
        let last: Int? =
            switch schedule.request.catchUp {
            case .latest: slots.dropLast().last
            case .none: slots.last { $0 < now - 60 * second }
            case .all: slots.dropLast(schedule.request.limit).last
            }
        guard let last else { return }
        let text = "catch_up is \(schedule.request.catchUp.rawValue)"
        pass(&schedule, upTo: last, "late", .text(text), &sweep)
    }

    private func pass(
        _ schedule: inout ModelSchedule,
        upTo last: Int,
        _ reason: String,
        _ detail: ModelSchedule.Reason,
        _ sweep: inout Sweep
    ) {
        let count = schedule.skip(upTo: last, reason, detail, at: now)
        sweep.add(schedule, last, nil, "skipped", reason, count: count)
        schedule.decidedUntil = last
    }

    /// Runs, buffers or skips a slot.
    ///
    /// - Returns: False where it waits for its turn.
    private mutating func decide(
        _ slot: Int,
        isLate: Bool,
        _ schedule: inout ModelSchedule,
        _ sweep: inout Sweep
    ) throws(ModelRefusal) -> Bool {
        let (overlap, active) = (schedule.request.overlap, schedule.activeIDs.first)
        if overlap == .cancel { cancelActive(&schedule, &sweep) }
        guard let active, overlap == .skip || overlap == .buffer else {
            try run(slot, &schedule, nil, &sweep)
            return true
        }
        if schedule.request.catchUp == .all, isLate {
            sweep.events.append("waits")
            return false
        }
        guard overlap == .buffer else {
            let count = schedule.skip(upTo: slot, "active", .active(operation: active), at: now)
            sweep.add(schedule, slot, active, "skipped", "active", count: count)
            return true
        }
        if let waiting = schedule.bufferedSlot {
            let count = schedule.skip(upTo: slot, "buffered", .waiting(slot: waiting), at: now)
            sweep.add(schedule, slot, active, "skipped", "buffered", count: count)
        } else {
            schedule.bufferedSlot = slot
            sweep.add(schedule, slot, active, "buffered", "active")
        }
        return true
    }

    private mutating func cancelActive(_ schedule: inout ModelSchedule, _ sweep: inout Sweep) {
        for id in schedule.activeIDs {
            guard var operation = operations[id] else { continue }
            cancel(&operation, "the schedule \"\(schedule.name)\" has its next slot")
            operations[id] = operation
            sweep.events.append("cancelled")
        }
        schedule.activeIDs = []
    }

    private mutating func run(
        _ slot: Int,
        _ schedule: inout ModelSchedule,
        _ reason: String?,
        _ sweep: inout Sweep
    ) throws(ModelRefusal) {
        let key = "\(schedule.name)/\(Rendered.instant(slot / second))"
        let id = try enqueue(slot: slot, of: schedule, key, as: sweep.next())
        schedule.watch(id)
        schedule.lastSlot = slot
        schedule.runs += 1
        sweep.add(schedule, slot, id, "enqueued", reason, late: now - slot)
    }

    /// It goes on at its next slot.
    private mutating func recordError(_ former: ModelSchedule, _ sweep: inout Sweep) {
        var (schedule, count) = (former, 0)
        var last = schedule.bufferedSlot
        if let last { count += schedule.skip(upTo: last, "error", nil, at: now) }
        schedule.bufferedSlot = nil
        if let slot = schedule.slots(after: schedule.decidedUntil, upTo: now).last {
            count += schedule.skip(upTo: slot, "error", nil, at: now)
            schedule.decidedUntil = slot
            last = slot
        }
        schedule.nextAt = schedule.slot(after: schedule.decidedUntil)
        schedule.dueAt = dueTime(of: schedule)
        schedule.erroredAt = now
        schedules[former.name] = schedule
        sweep.add(schedule, last, nil, "skipped", "error", count: count)
    }
}
