import EngineModel

/// Schedules, whose operations are short so that their ends matter.
extension CommandGenerator {
    private static let names = ["p", "q"]

    /// A schedule is made, looked after, and swept as its slots come; its operations end in between.
    mutating func scheduling(_ model: EngineModel) -> ModelCommand {
        guard let name = random.pick(model.schedules.keys.sorted()) else { return putSchedule("p", model) }
        switch random.below(100) {
        case 0..<7: return putSchedule(random.pick(Self.names) ?? name, model)
        case 7..<12:
            let reason = random.chance(50) ? "rest" : nil
            return .schedule(
                name,
                .pauseSchedule(reason: reason, seconds: random.pick([nil, 0, 9, 31, 150]) ?? nil)
            )
        case 12..<17:
            let paused = model.schedules.values.filter { $0.pausedAt != nil }.map(\.name).sorted()
            return .schedule(random.pick(paused) ?? name, .resumeSchedule)
        case 17..<21: return .schedule(name, .runSchedule)
        case 21: return .schedule(name, .dropSchedule)
        case 22..<25:
            return .schedule(
                "r",
                random.pick([.resumeSchedule, .dropSchedule, .runSchedule]) ?? .dropSchedule
            )
        case 25..<60: return passTime(name, model)
        case 60..<64: return .sweep(limit: random.pick([1, 20]) ?? 1)
        default: return endOperation(model)
        }
    }

    /// To the moment when it is due or beyond, where it is swept, often until nothing is due.
    private mutating func passTime(_ name: String, _ model: EngineModel) -> ModelCommand {
        let due = max(0, (model.schedules[name]?.dueAt ?? model.now + 30) - model.now)
        let jump = random.pick([0, 0, 0, 0, 1, 10, 30, 61, 62, 100, 130, 250, 700]) ?? 0
        script = Array(
            repeating: .sweep(limit: random.pick([1, 20, 20]) ?? 20),
            count: random.pick([1, 1, 2]) ?? 1
        )
        return .clock(seconds: min(due, 400) + jump)
    }

    /// An operation of a schedule ends, or is claimed first.
    private mutating func endOperation(_ model: EngineModel) -> ModelCommand {
        let active = model.operationIDs.compactMap { model.operations[$0] }
            .filter { $0.state == .active && $0.request.schedule != nil }
        let waiting = model.schedules.values.filter { $0.bufferedSlot != nil }.min { $0.name < $1.name }
        let inTheWay = active.filter { waiting?.activeIDs.contains($0.id) ?? false }
        guard let operation = random.pick(inTheWay.isEmpty ? active : inTheWay) else {
            return .clock(seconds: 1 + random.below(9))
        }
        if random.chance(10) { return .steer(operation: operation.id, .cancel(reason: nil)) }
        guard let holder = operation.job?.holder else { return .claim(worker: worker(model), limit: 3) }
        // A slot that waits is looked at every few seconds.
        if waiting != nil { script = [.clock(seconds: 5), .sweep(limit: 20)] }
        if random.chance(60) {
            return .claimed(holder.claim, .fail(permanent: true, retryAfter: nil, timedOut: false))
        }
        return .claimed(holder.claim, .complete(change: nil, jump: nil, continues: true))
    }

    // MARK: - What a schedule says

    private mutating func putSchedule(_ name: String, _ model: EngineModel) -> ModelCommand {
        guard let old = model.schedules[name]?.request, random.chance(70) else {
            return .schedule(name, .putSchedule(request(name, model.now)))
        }
        var request = self.request(name, model.now)
        (request.slots, request.startsAt, request.endsAt) = (old.slots, old.startsAt, old.endsAt)
        if random.chance(25) { request = old }
        return .schedule(name, .putSchedule(request))
    }

    private mutating func request(_ name: String, _ now: Int) -> ScheduleRequest {
        var request = ScheduleRequest(
            operation: random.pick(["Quick", "Quick", "Quick", "Flow", "Slow", "Late"]) ?? "Quick",
            slots: slots(name)
        )
        // Two that are due at the same time are taken in any order: those of one name come at even seconds.
        if request.slots.cron == nil || random.chance(20) {
            let start = now + (random.pick([-300, -30, -4, 0, 4, 30]) ?? 0)
            request.startsAt = start + ((start % 2 == 0) == (name == "p") ? 0 : 3)
        }
        if random.chance(12) { request.endsAt = now + (random.pick([-400, 5, 40, 200]) ?? 5) }
        request.overlap = random.pick([.skip, .buffer, .buffer, .allow, .cancel]) ?? .skip
        request.catchUp = random.pick(ScheduleRequest.CatchUp.allCases) ?? .latest
        request.limit = random.pick([1, 2, 4, 1_000]) ?? 1
        request.window = random.pick([nil, 60, 90, 240]) ?? nil
        if random.chance(request.overlap == .buffer ? 75 : 45) {
            request.pauseAfterFailures = random.pick([1, 1, 1, 2, 3])
        }
        if request.operation == "Late", random.chance(70) {
            // What has no time cannot be enqueued.
            request.globals["t"] = .text("soon")
            script = [.registerPlan(name: "Late", version: 1)]
        }
        return request
    }

    private mutating func slots(_ name: String) -> ModelSlots {
        if random.chance(40) { return ModelSlots(every: random.pick([2, 4, 10, 30, 60, 90]) ?? 10) }
        let second = name == "p" ? 0 : 5
        return random.pick([
            ModelSlots(cron: "\(second)-59/10 * * * * *", period: 10, offsets: [second]),
            ModelSlots(cron: "\(second) * * * * *", period: 60, offsets: [second]),
            ModelSlots(
                cron: "\(second),\(second + 4),\(second + 40) * * * * *",
                period: 60,
                offsets: [second, second + 4, second + 40]
            ),
            ModelSlots(cron: "\(second) */5 * * * *", period: 300, offsets: [second]),
        ]) ?? ModelSlots(every: 60)
    }
}
