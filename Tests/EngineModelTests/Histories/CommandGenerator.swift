import EngineModel

/// Draws commands so that interesting states are reached: it looks at the model, and now and then follows a small script.
struct CommandGenerator {
    var random: SeededGenerator
    /// Commands of a script that come next.
    var script: [ModelCommand] = []
    private var lastCompleted: Token?
    private let length: Int
    /// Whether half of the commands are about schedules.
    private let hasSchedules: Bool
    /// Whether many are about waits.
    let hasWaits: Bool
    /// Whether many are about limits.
    let hasLimits: Bool
    /// Whether many of those are about rates.
    let hasRates: Bool
    /// Whether not everybody may wait.
    let turnsAway: Bool
    /// Whether queues have limits.
    let hasQueueLimits: Bool
    let hasFairQueues: Bool

    init(seed: UInt64, length: Int = 40) {
        random = SeededGenerator(seed: seed)
        hasSchedules = random.chance(20)
        let isAtWaits = random.chance(40)
        let isAtLimits = random.chance(50)
        hasLimits = isAtLimits && !hasSchedules
        let (isAtRates, isAtFullLimits) = (random.chance(55), random.chance(30))
        hasRates = hasLimits && isAtRates
        turnsAway = hasLimits && isAtFullLimits
        hasWaits = isAtWaits && !hasSchedules && !hasLimits
        hasQueueLimits = random.chance(hasLimits ? 33 : 15)
        hasFairQueues = random.chance(hasQueueLimits ? 33 : 15)
        self.length = length
    }

    /// The command for a step; nil ends the history.
    mutating func next(_ model: EngineModel, _ step: Int) -> ModelCommand? {
        guard step < length else { return last(step - length) }
        if !script.isEmpty { return script.removeFirst() }
        if model.workers.values.allSatisfy({ $0.stopping }) || model.workers.isEmpty, !random.chance(15) {
            return registerWorker()
        }
        if hasQueueLimits, random.chance(model.queueLimits.isEmpty ? 25 : 12) { return limitingQueue(model) }
        if hasFairQueues, random.chance(model.fairQueues.isEmpty ? 25 : 20) { return sharingQueue(model) }
        if hasSchedules, random.chance(70) { return scheduling(model) }
        if hasLimits, random.chance(45) {
            if model.operationIDs.isEmpty { return enqueueLimited(model) }
            return hasRates && random.chance(85) ? rating(model) : limiting(model)
        }
        if hasWaits, !model.operationIDs.isEmpty, random.chance(40) { return waiting(model) }
        guard !model.operationIDs.isEmpty else { return random.chance(95) ? enqueue() : steering(model) }
        let hasSuspects = model.operations.values.contains {
            ($0.job?.crashes ?? 0) > 0 && $0.job?.holder == nil
        }
        if hasSuspects, random.chance(25) { return suspect(model, step) }
        return switch random.below(100) {
        case 0..<8: enqueue()
        case 8..<12: enqueueKeyed(model, step)
        case 12..<26: claim(model)
        case 26..<63: claimed(model)
        case 63..<72: .clock(seconds: random.pick([1, 2, 5, 5, 8, 12, 25, 40]) ?? 1)
        case 72..<76: crash(model)
        case 76..<88: steering(model)
        case 88..<90: suspect(model, step)
        default: about(model)
        }
    }

    /// What dead workers hold, waits that are over, and who comes to a limit, may stay only until somebody looks.
    private func last(_ number: Int) -> ModelCommand? {
        switch number {
        case 0: .rescue
        case 1: .advanceWaits(limit: 1_000)
        // Every look of a session goes through everything when the last one that did is so long ago.
        case 2: .clock(seconds: 6)
        case 3: .advanceLimits
        default: nil
        }
    }

    // MARK: - Workers

    mutating func registerWorker() -> ModelCommand {
        let everything =
            [
                "Flow/A", "Flow/B", "Flow/C", "Flow/S", "Flow/T", "Quick/A", "Slow/A", "Slow/B", "Slow/C",
                "Slow/S", "Late/A", "Late/B", "/A", "/B", "/S",
                "Sign/A", "Sign/B", "Sign/S", "Wait/A", "Wait/B", "Wait/S", "Doze/A", "Doze/B", "Doze/S",
                "Gate/A",
                "Ask/A", "Ask/S",
            ]
            + PlanCatalog.withLimits.flatMap { name in ["A", "B", "C", "S"].map { "\(name)/\($0)" } }
        let handlers =
            random.chance(75)
            ? everything
            : [
                "Flow/A", "Flow/B", "Slow/A", "Late/A", "/A", "Ask/A", "Tight/A", "Tight/B", "Both/A",
                "Sole/A", "Pace/A", "Press/A", "Press/B", "Heavy/A",
            ]
        let queues =
            random.pick([["default", "slow"], ["default", "slow"], ["slow", "default"], ["default"]]) ?? []
        return .registerWorker(
            queues: queues,
            handlers: handlers,
            lease: hasSchedules ? 5_000 : random.chance(50) ? 30 : 100
        )
    }

    mutating func worker(_ model: EngineModel) -> Int {
        if random.chance(80), let alive = random.pick(model.workers.keys.sorted()) { return alive }
        return random.chance(90) ? random.pick(model.workerIDs) ?? ModelCommand.unknown : ModelCommand.unknown
    }

    private mutating func about(_ model: EngineModel) -> ModelCommand {
        switch random.below(24) {
        case 0..<5: return .heartbeat(worker: worker(model))
        case 5..<8: return registerWorker()
        case 8..<10: return .unregisterWorker(worker: worker(model))
        case 10: return .stop(worker: worker(model))
        case 11..<13: return .held(worker: worker(model))
        case 13..<15: return .rescue
        case 20..<22:
            return .pause(
                queue: random.chance(50) ? "default" : "slow",
                seconds: random.pick([nil, 1, 5, 20]) ?? nil
            )
        case 22..<24: return .resume(queue: random.pick(model.paused.keys.sorted()) ?? "default")
        case 15: return .unpark(name: random.chance(50) ? "Late" : "Flow")
        default:
            let parked = hasWaits ? "Gate" : hasRates ? "Bar" : hasLimits ? "Shut" : "Late"
            let name =
                random.chance(60)
                ? parked
                : random.pick(
                    hasWaits
                        ? ["Wait", "Doze", "Sign"]
                        : hasRates ? ["Pace"] : hasLimits ? ["Tight"] : ["Flow", "Quick", "Slow"]
                ) ?? "Flow"
            let versions = PlanCatalog.histories.registered[name, default: []].count
            return .registerPlan(name: name, version: random.below(versions))
        }
    }

    /// A worker dies while it holds something, and is found dead; often the suspect is run by another at once.
    private mutating func crash(_ model: EngineModel) -> ModelCommand {
        script = [.rescue]
        if random.chance(70) { script.append(registerWorker()) }
        return .clock(seconds: random.chance(70) ? 101 : 31)
    }

    /// A suspect runs alone: it kills its worker again, or is handed back before it could.
    private mutating func suspect(_ model: EngineModel, _ step: Int) -> ModelCommand {
        switch random.below(10) {
        case 0..<5: script = [.clock(seconds: 101), .rescue, registerWorker()]
        case 5..<7: script = [.claimed(Token(step: step, index: 0), .release(began: random.chance(70)))]
        default: break
        }
        return .claimSuspect(worker: worker(model))
    }

    // MARK: - Operations

    private mutating func enqueue() -> ModelCommand {
        var request = ModelEnqueue(
            name: name(["Flow", "Flow", "Flow", "Quick", "Slow", "Late"])
        )
        if random.chance(15) { request.ownPlan = random.below(PlanCatalog.histories.own.count) }
        if random.chance(30) { request.key = random.chance(60) ? "k" : "l" }
        if random.chance(15) { request.performIn = 10 }
        if random.chance(15) { request.queue = "slow" }
        if random.chance(20) { request.priority = random.below(10) }
        if random.chance(15) { request.stepLimit = 1 + random.below(3) }
        if random.chance(30) { request.globals["a"] = .number(random.below(5)) }
        if random.chance(request.name == "Late" ? 60 : 15) { request.globals["t"] = value() }
        return .enqueue(request)
    }

    /// Often a second one follows, at once or a little later, mostly under the same key; now and then the first has an action behind it then.
    ///
    /// Where one operation of a key may be active, no other mode is used with it: only the last operation of a key counts, and others may be active still.
    private mutating func enqueueKeyed(_ model: EngineModel, _ step: Int) -> ModelCommand {
        let name = name(["Flow", "Flow", "Quick", "Slow", "Late"])
        let key = random.chance(70) ? "k" : "l"
        let mode = keyMode()
        func request(_ mode: KeyMode) -> ModelEnqueue {
            var request = ModelEnqueue(name: name)
            request.key = [.unlessActive, .cancelAndReplace].contains(mode) ? (key == "k" ? "x" : "y") : key
            if random.chance(15) { request.ownPlan = random.below(PlanCatalog.histories.own.count) }
            if random.chance(35) { request.performIn = random.pick([5, 10]) }
            if random.chance(10) { request.queue = "slow" }
            if random.chance(30) { request.globals["a"] = .number(random.below(5)) }
            if random.chance(50) { request.globals["b"] = .list([random.below(5)]) }
            if random.chance(name == "Late" ? 60 : 15) { request.globals["t"] = value() }
            return request
        }
        if random.chance(60) {
            let next = random.chance(85) ? mode : keyMode()
            script = [.enqueueKeyed(request(next), next)]
            if random.chance(60) { script.insert(.clock(seconds: 1 + random.below(8)), at: 0) }
            if random.chance(25) {
                let token = Token(step: step + 1, index: 0)
                script.insert(.claimed(token, .complete(change: nil, jump: nil, continues: false)), at: 0)
                script.insert(.claim(worker: worker(model), limit: 1), at: 0)
            }
        }
        return .enqueueKeyed(request(mode), mode)
    }

    private mutating func name(_ names: [String]) -> String {
        if hasLimits, random.chance(85) { return limitedName() }
        let isAtWaits = hasWaits && random.chance(85)
        let withWaits = ["Ask", "Ask", "Wait", "Wait", "Doze", "Nap", "Nap", "Gate", "Sign", "Sign", "Sign"]
        return random.pick(isAtWaits ? withWaits : names) ?? "Flow"
    }

    private mutating func keyMode() -> KeyMode {
        switch random.below(10) {
        case 0: .once
        case 1: .unlessActive
        case 2..<4: .replaceWaiting
        case 4: .cancelAndReplace
        case 5..<7: .throttle(random.pick([3, 20]) ?? 3)
        default:
            .debounce(
                random.pick([4, 12]) ?? 4,
                atMost: random.chance(50) ? 15 : nil,
                random.pick([.last, .merge, .append]) ?? .last
            )
        }
    }

    mutating func claim(_ model: EngineModel) -> ModelCommand {
        .claim(worker: worker(model), limit: random.pick([1, 1, 2, 3, 10]) ?? 1)
    }

    private mutating func steering(_ model: EngineModel) -> ModelCommand {
        let id =
            random.chance(6)
            ? ModelCommand.unknown : random.pick(model.operationIDs.suffix(5)) ?? ModelCommand.unknown
        let operation = model.operations[id]
        let isEnded = operation.map { $0.state == .failed || $0.state == .cancelled } ?? false
        // Now and then a time that is none, just before the call that needs it.
        if random.chance(10), operation?.request.name == "Slow" {
            script = [.steer(operation: id, random.chance(50) ? .skip : .retry)]
            return .steer(operation: id, .setGlobal(key: "t", value: .text("soon")))
        }
        let command: SteeringCommand =
            switch random.below(isEnded ? 10 : 18) {
            case 0..<5: .retry
            case 5..<7: .jump(target())
            case 7..<9: .runFrom(target())
            case 9: .skip
            case 10..<13:
                .setGlobal(key: random.chance(60) ? "t" : "b", value: random.chance(80) ? value() : nil)
            case 13..<15: random.chance(80) ? .reschedule(seconds: random.below(30)) : .wakeUp
            default: .cancel(reason: random.chance(50) ? "why" : nil)
            }
        return .steer(operation: id, command)
    }

    mutating func target() -> JumpTarget {
        let names = hasWaits || hasLimits ? ["A", "B", "G", "H", "N", "S"] : ["A", "B", "C", "S", "T"]
        return JumpTarget(
            branch: random.chance(60) ? "main" : "side",
            action: random.chance(30) ? nil : random.pick(names)
        )
    }

    private mutating func value() -> GlobalValue {
        switch random.below(4) {
        case 0: .number(random.below(9))
        case 1: .text("soon")
        default: .time(random.below(300))
        }
    }

    // MARK: - Claims

    /// Ends a claim that holds its job, or one of old, or the last completed one again.
    private mutating func claimed(_ model: EngineModel) -> ModelCommand {
        let live = model.tokens.filter { token in
            model.claims[token].flatMap { model.operations[$0.operation]?.job?.holder?.claim } == token
        }
        if random.chance(8), let lastCompleted, model.claims[lastCompleted] != nil {
            return .claimed(lastCompleted, completion())
        }
        guard let token = random.pick(random.chance(75) ? live : model.tokens) else {
            let isDue = model.operations.values.contains { ($0.job?.runAt ?? ModelJob.never) <= model.now }
            return isDue ? claim(model) : random.chance(50) ? enqueue() : .clock(seconds: 10)
        }
        if random.chance(10), let owner = model.claims[token] {
            let mates = model.tokens.filter { model.claims[$0]?.worker == owner.worker && $0 != token }
            let tokens = [token] + mates.suffix(3)
            return .completeAll(tokens, invalid: Set(tokens.filter { _ in random.chance(20) }))
        }
        let command: ClaimCommand =
            switch random.below(20) {
            case 0..<10: completion()
            case 10..<15:
                .fail(
                    permanent: random.chance(20),
                    retryAfter: random.chance(30) ? random.below(20) : nil,
                    timedOut: random.chance(20)
                )
            case 15:
                .snooze(
                    seconds: random.below(30),
                    atMost: random.chance(50) ? 1 + random.below(2) : nil,
                    within: random.chance(30) ? 1 + random.below(30) : nil
                )
            case 16..<18: .release(began: random.chance(50))
            default: .checkpoint(change())
            }
        if case .complete = command { lastCompleted = token }
        return .claimed(token, command)
    }

    private mutating func completion() -> ClaimCommand {
        .complete(
            change: random.chance(35) ? change() : nil,
            jump: random.chance(25) ? target() : nil,
            continues: random.chance(80)
        )
    }

    private mutating func change() -> GlobalsChange {
        var change: GlobalsChange = [random.chance(70) ? "a" : "t": value()]
        if random.chance(30) { change.updateValue(nil, forKey: random.chance(50) ? "t" : "b") }
        return change
    }
}
