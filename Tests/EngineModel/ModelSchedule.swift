/// When the slots of a schedule are: at some places of a period that repeats.
package struct ModelSlots: Hashable, Sendable {
    /// The expression, whose periods begin with the history; without one they begin with the schedule's first slot.
    package let cron: String?
    package let period: Int
    /// Where slots are in the period, in order.
    package let offsets: [Int]

    package init(cron: String, period: Int, offsets: [Int] = [0]) {
        self.cron = cron
        self.period = period
        self.offsets = offsets
    }

    package init(every period: Int) {
        cron = nil
        self.period = period
        offsets = [0]
    }
}

/// What somebody says of a schedule.
package struct ScheduleRequest: Hashable, Sendable {
    package enum Overlap: String, Sendable, CaseIterable { case skip, buffer, allow, cancel }
    package enum CatchUp: String, Sendable, CaseIterable { case latest, all, none }

    package var operation: String
    package var slots: ModelSlots
    package var globals: [String: GlobalValue] = [:]
    package var startsAt: Int?
    package var endsAt: Int?
    package var overlap = Overlap.skip
    package var catchUp = CatchUp.latest
    package var limit = 1_000
    /// Nil for a day.
    package var window: Int?
    package var pauseAfterFailures: Int?

    package init(operation: String, slots: ModelSlots) {
        self.operation = operation
        self.slots = slots
    }
}

/// What a person does with a schedule.
package enum ScheduleCommand: Hashable, Sendable {
    case putSchedule(ScheduleRequest)
    /// Until so many seconds from now, or with nil until it is resumed.
    case pauseSchedule(reason: String?, seconds: Int?)
    case resumeSchedule
    case dropSchedule
    case runSchedule
}

/// A schedule, as the model keeps it.
package struct ModelSchedule {
    /// Why something is as it is, in words that may name an operation.
    package enum Reason: Hashable, Sendable {
        case text(String)
        case failures(Int, operation: Int)
        case active(operation: Int)
        case waiting(slot: Int)
    }

    /// Slots that enqueued nothing.
    package struct Skip {
        package let first: Int
        package var last: Int
        package var count: Int
        package let reason: String
        package var detail: Reason?
        package var at: Int
    }

    package let name: String
    /// What it is to do, with the time of its start.
    package var request: ScheduleRequest
    /// All slots up to here were run or skipped.
    package var decidedUntil = 0
    package var nextAt: Int?
    package var dueAt: Int?
    package var bufferedSlot: Int?
    package var activeIDs: [Int] = []
    package var failures = 0
    package var runs = 0
    package var skipped = 0
    package var lastSlot: Int?
    package var lastOperation: Int?
    package var pausedAt: Int?
    package var pausedUntil: Int?
    package var pauseReason: Reason?
    package var erroredAt: Int?
    package var skips: [Skip] = []

    package init(name: String, request: ScheduleRequest) {
        self.name = name
        self.request = request
    }

    // MARK: - Slots

    /// The first slot after a moment; nil when there is none any more.
    package func slot(after moment: Int) -> Int? {
        let (start, slots) = (request.startsAt ?? 0, request.slots)
        let origin = slots.cron == nil ? start : 0
        let after = max(moment, start - 1) - origin
        let isBefore = after < 0 && after % slots.period != 0
        let begin = (after / slots.period - (isBefore ? 1 : 0)) * slots.period
        let inPeriod = slots.offsets.first { begin + $0 > after }.map { begin + $0 }
        let slot = origin + (inPeriod ?? begin + slots.period + slots.offsets[0])
        return slot > request.endsAt ?? .max ? nil : slot
    }

    /// The slots after a moment and up to another.
    package func slots(after moment: Int, upTo end: Int) -> [Int] {
        var slots: [Int] = []
        while let slot = slot(after: slots.last ?? moment), slot <= end { slots.append(slot) }
        return slots
    }

    /// Records that the slots from the last decided one up to another are skipped.
    ///
    /// - Returns: How many they are; a slot that waited was decided before.
    package mutating func skip(upTo last: Int, _ reason: String, _ detail: Reason?, at now: Int) -> Int {
        let undecided = slots(after: decidedUntil, upTo: last)
        let count = max(1, undecided.count)
        let latest = skips.indices.max { skips[$0].last < skips[$1].last }
        if let latest, skips[latest].reason == reason, skips[latest].last == decidedUntil, last > decidedUntil
        {
            skips[latest].last = last
            skips[latest].count += count
            skips[latest].detail = detail
            skips[latest].at = now
        } else {
            let first = undecided.first ?? last
            skips.append(
                Skip(first: first, last: last, count: count, reason: reason, detail: detail, at: now)
            )
        }
        skipped += count
        return count
    }

    /// Adds an operation whose end has to be seen.
    package mutating func watch(_ operation: Int) {
        activeIDs = (activeIDs + [operation]).suffix(100)
        lastOperation = operation
    }
}
