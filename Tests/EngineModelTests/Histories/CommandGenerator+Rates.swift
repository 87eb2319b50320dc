import EngineModel

/// Rates: who comes to them, who gives a start up, and who changes, closes and uses them otherwise.
extension CommandGenerator {
    mutating func rating(_ model: EngineModel) -> ModelCommand {
        switch random.below(100) {
        case 0..<24: enqueueLimited(model)
        case 24..<48: claim(model)
        case 48..<55: setRate(model)
        case 55..<67: .steer(operation: atRate(model), steeringAtLimit())
        case 67..<80: .clock(seconds: random.pick([1, 1, 1, 2, 3, 4, 7]) ?? 1)
        case 80..<88: passAround(model)
        case 88..<91: consume(model)
        case 91..<95: closeRate(model)
        case 95: backOff(model)
        case 96: .recountLimits
        case 97: .advanceLimits
        case 98: setLimit(model)
        default: waiting(model)
        }
    }

    private mutating func rate(_ model: EngineModel) -> String {
        let used = model.rateGates.values.map(\.name).sorted()
        let name = random.pick(random.chance(70) && !used.isEmpty ? used : PlanCatalog.rates) ?? "slow"
        return random.chance(97) ? name : "nobody"
    }

    private mutating func setRate(_ model: EngineModel) -> ModelCommand {
        let name = rate(model)
        if random.chance(35) { return .resetRate(name) }
        let paces: [SampleRate.Pace?] = [
            nil, .init(1, per: 1), .init(2, per: 2, burst: 3), .init(1, per: 4), .init(1, per: 2, burst: 2),
            .init(1, per: 30), .init(0, per: 1),
        ]
        return .setRate(name == "nobody" ? "not/one" : name, random.pick(paces) ?? nil)
    }

    /// A rate, or a key of one: mostly one that is used, and before which there is a line.
    private mutating func gate(_ model: EngineModel) -> (name: String, key: String?) {
        let lines = model.rateGates.filter { $0.value.waiting > 0 }.keys.sorted()
        let gates = random.chance(60) && !lines.isEmpty ? lines : model.rateGates.keys.sorted()
        if random.chance(70), let gate = random.pick(gates) {
            let parts = gate.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
            return (String(parts[2]), parts.count > 3 ? String(parts[3]) : nil)
        }
        let name = rate(model)
        let hasKeys = ["each", "shy"].contains(name)
        return (name, random.chance(hasKeys ? 80 : 10) ? random.pick(["0", "1", ""]) : nil)
    }

    private mutating func consume(_ model: EngineModel) -> ModelCommand {
        let (name, key) = gate(model)
        let count = random.chance(95) ? 1 + random.below(3) : 0
        if random.chance(40) { script = [.consume(name, count: count, key: key)] }
        return .consume(name, count: count, key: key)
    }

    private mutating func closeRate(_ model: EngineModel) -> ModelCommand {
        let (name, key) = gate(model)
        let seconds = random.pick([nil, 0, 1, 2, 5, 9]) ?? nil
        switch random.below(10) {
        case 0..<2: script = [.closeRate(name, seconds: nil, key: key)]
        case 2..<5: script = [.consume(name, count: 1, key: key)]
        case 5..<7: script = [.closeRate(name, seconds: random.pick([1, 3]), key: key)]
        default: break
        }
        return .closeRate(name, seconds: seconds, key: key)
    }

    /// By an operation that runs, or by any.
    private mutating func backOff(_ model: EngineModel) -> ModelCommand {
        let id = random.chance(80) ? atRate(model) : ModelCommand.unknown
        let own = model.operations[id]?.rule?.rate?.name
        return .backOff(
            random.chance(80) ? own ?? rate(model) : rate(model),
            seconds: 1 + random.below(6),
            operation: id
        )
    }

    /// An operation in line, or with a start, or any.
    private mutating func atRate(_ model: EngineModel) -> Int {
        func pick(_ choose: (ModelJob) -> Bool) -> [Int] {
            model.operationIDs.filter { model.operations[$0]?.job.map(choose) ?? false }
        }
        let candidates =
            switch random.below(10) {
            case 0..<5: pick { $0.gate != nil }
            case 5..<8: pick { $0.pacedAt != nil && $0.holder == nil }
            case 8: pick { $0.pacedAt != nil }
            default: model.operationIDs
            }
        return random.pick(candidates.isEmpty ? model.operationIDs : candidates) ?? ModelCommand.unknown
    }
}
