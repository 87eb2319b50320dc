import EngineModel

/// Waits, and what may end them: signals before and after them, deadlines, and people.
extension CommandGenerator {
    mutating func waiting(_ model: EngineModel) -> ModelCommand {
        let atWait = model.operationIDs.filter { model.operations[$0]?.wait != nil }
        let recent = Array(model.operationIDs.suffix(4))
        let id = random.pick(random.chance(70) && !atWait.isEmpty ? atWait : recent) ?? ModelCommand.unknown
        let asking = atWait.filter { model.operations[$0]?.wait?.approval != nil }
        if random.chance(asking.isEmpty ? 3 : 45) { return approving(random.pick(asking) ?? id, model) }
        switch random.below(100) {
        case 0..<42:
            let listening = atWait.filter { !(model.operations[$0]?.wait?.signals ?? []).isEmpty }
            return send(to: random.chance(70) ? random.pick(listening) ?? id : id, model)
        case 42..<66: return passTime(to: id, model)
        case 66..<73:
            let sleeping = atWait.filter { model.operations[$0]?.wait?.isSleep ?? false }
            let sleeper = random.chance(60) ? random.pick(sleeping) ?? id : id
            return .steer(operation: random.chance(95) ? sleeper : ModelCommand.unknown, .wakeUp)
        case 73..<82:
            let endless = atWait.filter { model.operations[$0]?.job?.runAt == ModelJob.never }
            let seconds = random.pick([0, 0, 2, 30]) ?? 0
            return .steer(operation: random.pick(endless) ?? id, .reschedule(seconds: seconds))
        case 82..<84: return .advanceWaits(limit: random.pick([1, 1, 20]) ?? 1)
        case 84..<92: return .steer(operation: id, steering())
        default: return claim(model)
        }
    }

    /// Mostly what it asks for; often at its deadline, or twice.
    private mutating func approving(_ id: Int, _ model: EngineModel) -> ModelCommand {
        let asked = model.operations[id]?.wait?.approval ?? "go"
        let name = random.chance(92) ? asked : random.pick(["go", "no", "hm"]) ?? asked
        let target = random.chance(97) ? id : ModelCommand.unknown
        let decision = ModelCommand.decide(
            name,
            isApproved: random.chance(60),
            operation: target,
            shown: random.chance(30) ? random.below(3) : nil
        )
        switch random.below(20) {
        case 0..<10: return decision
        case 10..<13:
            script = [.decide(name, isApproved: random.chance(50), operation: target)]
            return decision
        case 13..<16:
            let runAt = model.operations[id]?.job?.runAt ?? ModelJob.never
            script = [random.chance(50) ? decision : .extend(name, seconds: 5, operation: target)]
            return .clock(seconds: runAt == ModelJob.never ? 5 : max(0, min(runAt - model.now, 60)))
        case 16..<18: return .extend(name, seconds: random.pick([0, 3, 20]) ?? 3, operation: target)
        default:
            return .steer(operation: id, random.chance(50) ? .reschedule(seconds: random.below(9)) : .retry)
        }
    }

    private mutating func steering() -> SteeringCommand {
        switch random.below(10) {
        case 0..<3: .retry
        case 3..<5: .skip
        case 5..<7: .jump(target())
        case 7..<9: .runFrom(target())
        default: .cancel(reason: nil)
        }
    }

    /// Mostly what it waits for, or will wait for; now and then the same once more, or two at once.
    private mutating func send(to id: Int, _ model: EngineModel) -> ModelCommand {
        let awaited = model.operations[id]?.wait?.signals ?? []
        let name = random.pick(random.chance(75) && !awaited.isEmpty ? awaited : ["go", "no", "hm"]) ?? "go"
        var signal = SignalRequest(random.chance(98) ? name : "go/no")
        if random.chance(80) { signal.payload = random.below(100) }
        if random.chance(30) { signal.dedupKey = random.chance(70) ? "d" : "e" }
        let command = address(signal, id, model)
        if random.chance(25) {
            var second = SignalRequest(random.chance(50) ? name : random.pick(["go", "no"]) ?? name)
            second.payload = random.below(100)
            if random.chance(50) { second.dedupKey = signal.dedupKey }
            script = [address(second, id, model)]
        }
        return command
    }

    private mutating func address(_ signal: SignalRequest, _ id: Int, _ model: EngineModel) -> ModelCommand {
        if random.chance(4) {
            return .signalKey(signal, name: random.pick(["Ask", "Doze"]) ?? "Ask", key: "l")
        }
        if let request = model.operations[id]?.request,
            let key = request.key ?? model.operations[id]?.activeKey, random.chance(60)
        {
            return .signalKey(signal, name: request.name, key: key)
        }
        return .signal(signal, operation: random.chance(97) ? id : ModelCommand.unknown)
    }

    /// To the deadline of a wait, where it may be told of, or a signal may still be in time.
    private mutating func passTime(to id: Int, _ model: EngineModel) -> ModelCommand {
        let runAt = model.operations[id]?.job?.runAt ?? ModelJob.never
        let seconds = runAt == ModelJob.never ? 5 : max(0, min(runAt - model.now, 60))
        switch random.below(10) {
        case 0..<5: script = [.advanceWaits(limit: random.pick([1, 20, 20]) ?? 20)]
        case 5..<7: script = [claim(model)]
        case 7..<9: script = [send(to: id, model)]
        default: break
        }
        return .clock(seconds: max(0, seconds + (random.pick([-1, 0, 0, 0, 1, 7]) ?? 0)))
    }
}
