import EngineModel

extension Checks {
    /// What a sweep must not do: enqueue a slot for the second time, or pass over one without a record.
    func sweeps(_ answer: ModelAnswer) {
        for row in answer.rows {
            guard case .text(let name) = row[0], case .text(let slot) = row[1],
                case .text(let outcome) = row[3]
            else { continue }
            let isNew = slotsDecided.insert(.init(schedule: name, slot: slot, outcome: outcome, epoch: epoch))
                .inserted
            if outcome != "paused", !isNew {
                violate("slot \(slot) of schedule \(name) is \(outcome) twice")
            }
        }
        for schedule in schedules.values { everySlotIsDecided(of: schedule) }
    }

    private func everySlotIsDecided(of schedule: ModelSchedule) {
        let slots = schedule.slots(after: schedule.request.startsAt ?? 0, upTo: schedule.decidedUntil).count
        let decided = schedule.runs + schedule.skipped + (schedule.bufferedSlot == nil ? 0 : 1)
        if slots != decided {
            violate("schedule \(schedule.name) has run or skipped \(decided) slots: there were \(slots)")
        }
        let operations = operations.count { $0.request.schedule == schedule.name }
        if operations != schedule.runs {
            violate(
                "schedule \(schedule.name) has run \(schedule.runs) slots, and has \(operations) operations"
            )
        }
    }

    /// While nothing goes wrong some worker looks in time.
    func noScheduleIsOverdue() {
        guard let schedule = schedules.values.first(where: { $0.dueAt ?? .max < clock - .s(30) }) else {
            return
        }
        violate("schedule \(schedule.name) is overdue: nobody has looked for 30 s")
    }
}
