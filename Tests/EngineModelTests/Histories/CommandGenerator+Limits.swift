import EngineModel

/// Limits: who comes to them, who gives something back, and who changes them.
extension CommandGenerator {
    mutating func limiting(_ model: EngineModel) -> ModelCommand {
        let inBoth = model.operationIDs.filter { id in
            model.operations[id]?.job.map { $0.gate != nil && $0.operationSlot != nil } ?? false
        }
        if random.chance(10), let id = random.pick(inBoth) {
            // To a wait, at which it may give its slot back, too.
            return .steer(
                operation: id,
                .jump(JumpTarget(branch: "main", action: random.chance(50) ? "N" : "G"))
            )
        }
        switch random.below(100) {
        case 0..<26: return enqueueLimited(model)
        case 26..<52: return claim(model)
        case 52..<62: return setLimit(model)
        case 62..<76: return .steer(operation: atLimit(model), steeringAtLimit())
        case 76..<84: return .clock(seconds: random.pick([1, 2, 3, 5, 6, 9]) ?? 1)
        case 84..<92: return passAround(model)
        case 92: return .recountLimits
        case 93: return .advanceLimits
        default: return waiting(model)
        }
    }

    /// Few keys, so that operations meet; now and then several at once.
    mutating func enqueueLimited(_ model: EngineModel) -> ModelCommand {
        func request() -> ModelEnqueue {
            var request = ModelEnqueue(name: limitedName())
            if random.chance(10) {
                // Those with limits, and behind them those with rates.
                let number = hasRates ? 1 : 2
                request.ownPlan = PlanCatalog.histories.own.count - 2 * number + random.below(2)
            }
            if random.chance(30) { request.priority = random.pick([1, 5, 9]) ?? 5 }
            if random.chance(10) { request.performIn = 1 + random.below(6) }
            if random.chance(10) { request.queue = "slow" }
            if random.chance(5) { request.stepLimit = 2 }
            if random.chance(80) {
                request.globals["a"] =
                    random.chance(90)
                    ? .number(random.below(2)) : .text(random.chance(50) ? "x" : Rendered.long)
            }
            if request.name == "Shy", random.chance(90) { request.globals["c"] = secret() }
            if random.chance(10) {
                request.globals["t"] = random.chance(70) ? .time(random.below(200)) : .text("soon")
            }
            return request
        }
        if turnsAway, random.chance(30) {
            let request = request()
            script = [.enqueue(request), .enqueue(request), claim(model)]
            return .enqueue(request)
        }
        let (chance, most) = hasRates ? (65, 4) : (50, 3)
        if random.chance(chance) { script = (0..<1 + random.below(most)).map { _ in .enqueue(request()) } }
        return .enqueue(request())
    }

    mutating func limitedName() -> String {
        let names =
            turnsAway && random.chance(70)
            ? PlanCatalog.namesThatTurnAway
            : hasRates ? PlanCatalog.namesWithRates : PlanCatalog.namesWithLimits
        return random.pick(names) ?? "Tight"
    }

    private mutating func secret() -> GlobalValue {
        switch random.below(8) {
        case 0: .text("x")
        case 1: .text(Rendered.long)
        default: .number(random.below(2))
        }
    }

    mutating func setLimit(_ model: EngineModel) -> ModelCommand {
        // Nobody is there that could be cancelled.
        if turnsAway, random.chance(20) { return .setLimit("oldest", 0) }
        // A limit that no plan declares has nothing to go back to.
        if random.chance(6), model.limits["spare"] != nil { return .resetLimit("spare") }
        let full = model.gates.values.filter { $0.waiting > 0 }.map(\.name).sorted()
        let spare = random.chance(10) ? ["spare"] : PlanCatalog.limits
        let name = random.pick(random.chance(60) && !full.isEmpty ? full : spare) ?? "hot"
        if random.chance(35) { return .resetLimit(random.chance(90) ? name : "nobody") }
        return .setLimit(
            random.chance(97) ? name : "not/one",
            random.pick([0, 1, 1, 2, 3, nil, nil, -1]) ?? nil
        )
    }

    /// An operation in line, or that holds something, or any.
    private mutating func atLimit(_ model: EngineModel) -> Int {
        func pick(_ choose: (ModelJob) -> Bool) -> [Int] {
            model.operationIDs.filter { model.operations[$0]?.job.map(choose) ?? false }
        }
        let candidates =
            switch random.below(10) {
            case 0..<5: pick { $0.gate != nil }
            case 5..<7: pick { $0.actionSlot != nil && $0.holder == nil }
            case 7..<9: pick { $0.operationSlot != nil && $0.holder == nil }
            default: model.operationIDs
            }
        return random.pick(candidates.isEmpty ? model.operationIDs : candidates) ?? ModelCommand.unknown
    }

    mutating func steeringAtLimit() -> SteeringCommand {
        switch random.below(12) {
        case 0..<3: .cancel(reason: nil)
        case 3..<5: .skip
        case 5..<7: .jump(target())
        case 7: .runFrom(target())
        case 8: .retry
        case 9: .reschedule(seconds: random.pick([0, 3, 8]) ?? 0)
        case 10: .wakeUp
        default: .setGlobal(key: "a", value: random.chance(80) ? .number(random.below(2)) : nil)
        }
    }

    /// Somebody who holds a slot fails or ends, and whoever is next comes in.
    mutating func passAround(_ model: EngineModel, whatever: Bool = false) -> ModelCommand {
        let holding = model.tokens.filter { token in
            guard let job = model.claims[token].flatMap({ model.operations[$0.operation]?.job }) else {
                return false
            }
            return job.holder?.claim == token
                && (whatever || job.actionSlot != nil || job.operationSlot != nil || job.pacedAt != nil
                    || job.queueSlot != nil)
        }
        guard let token = random.pick(holding) else { return claim(model) }
        script = [claim(model)]
        let command: ClaimCommand =
            switch random.below(10) {
            case 0..<4: .complete(change: nil, jump: nil, continues: random.chance(70))
            case 4..<6: .fail(permanent: false, retryAfter: random.pick([0, 4, nil]) ?? nil, timedOut: false)
            case 6: .fail(permanent: true, retryAfter: nil, timedOut: false)
            case 7: .snooze(seconds: random.pick([0, 4]) ?? 0, atMost: nil, within: nil)
            case 8: .release(began: random.chance(50))
            default: .complete(change: nil, jump: target(), continues: true)
            }
        return .claimed(token, command)
    }
}
