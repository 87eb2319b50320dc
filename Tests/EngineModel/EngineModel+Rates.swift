extension SampleRate {
    /// What gates of rates begin with.
    static let prefix = "/rate/"
}

extension EngineModel {
    /// How far ahead starts are given.
    private var ahead: Int { 2 * second }

    // MARK: - Numbers

    /// Sets the numbers, whatever plans say; nil is any number.
    mutating func setRate(_ name: String, _ pace: SampleRate.Pace?) throws(ModelRefusal) -> ModelAnswer {
        guard !name.contains("/"), pace.map({ $0.count > 0 && $0.per > 0 && $0.burst > 0 }) ?? true else {
            throw .invalidArgument
        }
        if rates[name] != nil { rates[name]?.version += 1 }
        rates[name, default: ModelRate()].own = .some(pace)
        return offered(name)
    }

    /// Lets the plan's numbers hold again.
    mutating func resetRate(_ name: String) throws(ModelRefusal) -> ModelAnswer {
        guard let rate = rates[name] else { throw .unknownOperation }
        guard rate.declared != nil else { throw .wrongState }
        rates[name]?.own = nil
        rates[name]?.version += 1
        return offered(name)
    }

    func hasNumbers(_ named: [SampleRate]) -> Bool {
        named.allSatisfy { rates[$0.name] != nil || declared($0.name, in: named) != nil }
    }

    mutating func declare(_ named: [SampleRate], replaces: Bool) {
        var hasChanged = false
        for name in Set(named.map(\.name)) {
            guard let pace = declared(name, in: named), replaces || rates[name] == nil,
                rates[name]?.declared != pace
            else { continue }
            if let rate = rates[name], rate.own == nil { rates[name]?.version += 1 }
            rates[name, default: ModelRate()].declared = pace
            hasChanged = true
        }
        if hasChanged { for rate in named { offer(SampleRate.prefix + rate.name) } }
    }

    private func declared(_ name: String, in named: [SampleRate]) -> SampleRate.Pace? {
        named.lazy.filter { $0.name == name }.compactMap(\.pace).first
    }

    private mutating func offered(_ name: String) -> ModelAnswer {
        offer(SampleRate.prefix + name)
        let rate = rates[name] ?? ModelRate()
        let numbers = [rate.pace?.count, rate.pace?.per, rate.pace?.burst, rate.declared?.count]
        return ModelAnswer("ok", rows: [[.text(name)] + numbers.map { .text($0.map(String.init) ?? "") }])
    }

    // MARK: - Calls

    /// Counts calls where there is room, and else says when to ask again.
    mutating func consume(
        _ name: String,
        _ count: Int,
        _ key: String?
    ) throws(ModelRefusal) -> ModelAnswer {
        guard let rate = rates[name] else { throw .unknownOperation }
        guard (1...1_000_000).contains(count) else { throw .invalidArgument }
        let gate = Self.gate(name, key)
        let base = rateGates[gate].map(base)
        if let base {
            let start = max(rateGates[gate]?.closedUntil ?? base - rate.tolerance, base - rate.tolerance)
            if start > now { return ModelAnswer("later", rows: [[.text(Rendered.time(start))]]) }
        }
        if rate.gap > 0 {
            use(gate, name, until: (base ?? now) + count * rate.gap)
        }
        return ModelAnswer("ok")
    }

    /// Lets nothing more start for some seconds; nil opens it.
    mutating func closeRate(
        _ name: String,
        _ seconds: Int?,
        _ key: String?
    ) throws(ModelRefusal) -> ModelAnswer {
        guard rates[name] != nil else { throw .unknownOperation }
        close(Self.gate(name, key), name, until: seconds.map { now + $0 })
        return ModelAnswer(seconds == nil ? "opened" : "ok")
    }

    /// Closes it, for the key of the operation where its action has one.
    mutating func backOff(
        _ name: String,
        _ seconds: Int,
        from id: Int
    ) throws(ModelRefusal) -> ModelAnswer {
        guard rates[name] != nil else { throw .unknownOperation }
        let operation = operations[id]
        let rate = operation?.rule?.rate
        if let operation, let rate, rate.name == name {
            close(gate(rate, operation), name, until: now + seconds)
        } else {
            close(Self.gate(name, nil), name, until: now + seconds)
        }
        return ModelAnswer("ok")
    }

    private mutating func close(_ gate: String, _ name: String, until end: Int?) {
        var closed = rateGates[gate] ?? opened(name)
        if let end {
            closed.closedUntil = max(closed.closedUntil ?? end, end)
        } else {
            closed.closedUntil = nil
            closed.lookAt = now * ModelRateGate.fraction
            offer(SampleRate.prefix + name)
        }
        rateGates[gate] = closed
    }

    private func opened(_ name: String) -> ModelRateGate {
        ModelRateGate(
            name: name,
            usedUntil: now,
            version: rates[name]?.version ?? 0,
            lookAt: now * ModelRateGate.fraction
        )
    }

    private mutating func use(_ name: String, _ rate: String, until end: Int) {
        var gate = rateGates[name] ?? opened(rate)
        gate.usedUntil = end
        gate.version = rates[rate]?.version ?? 0
        rateGates[name] = gate
    }

    private static func gate(_ name: String, _ key: String?) -> String {
        SampleRate.prefix + (key.map { "\(name)/\($0)" } ?? name)
    }

    package func gate(_ rate: SampleRate, _ operation: ModelOperation) -> String {
        SampleRate.prefix + gate(rate.name, by: rate.key, operation)
    }

    // MARK: - Looks

    /// Those count as if they had never been used.
    mutating func forgetRates() {
        rateGates = rateGates.filter { _, gate in
            gate.waiting > 0 || max(gate.usedUntil, gate.closedUntil ?? gate.usedUntil) >= now
        }
    }

    /// Up to when a rate is used up; of what was counted by other numbers one start counts.
    private func used(_ gate: ModelRateGate) -> Int {
        let rate = rates[gate.name] ?? ModelRate()
        let used = gate.version == rate.version ? gate.usedUntil : min(gate.usedUntil, now + rate.gap)
        return max(now, used)
    }

    /// The same, or until when it is closed.
    private func base(_ gate: ModelRateGate) -> Int { max(gate.closedUntil ?? now, used(gate)) }

    /// A second before another one may start.
    private func lookAt(_ gate: ModelRateGate) -> Int {
        let start = gate.usedUntil - (rates[gate.name]?.tolerance ?? 0)
        return max(now, max(gate.closedUntil ?? start, start) - second) * ModelRateGate.fraction
    }

    /// Gives starts in order, as long as they are near.
    private func pace(_ line: [ModelOperation], _ gate: inout ModelRateGate) -> [Int: Int] {
        let rate = rates[gate.name] ?? ModelRate()
        var (starts, used) = ([Int: Int](), base(gate))
        for operation in line {
            let start = max(now, gate.closedUntil ?? now, used - rate.tolerance)
            guard start <= now + ahead else { break }
            starts[operation.id] = start
            used += (operation.rule?.rate?.weight ?? 1) * rate.gap
        }
        // Whoever closes a rate uses nothing up.
        gate.usedUntil = starts.isEmpty ? self.used(gate) : used
        gate.version = rate.version
        return starts
    }

    /// Gives their starts to those in line: by priority, then by ticket.
    mutating func paceWaiters(
        _ offered: Set<String>,
        since from: Int?,
        _ admitted: inout Int,
        _ coming: inout [Int]
    ) {
        for (name, former) in rateGates where former.waiting > 0 {
            let isDue =
                former.lookAt >= (from.map { $0 * ModelRateGate.fraction } ?? .min)
                && former.lookAt <= now * ModelRateGate.fraction
            guard isDue || offered.contains(SampleRate.prefix + former.name) else { continue }
            var gate = former
            let line = operations.values.filter { $0.job?.gate == name }
            func rank(_ operation: ModelOperation) -> (Int, Int) {
                (operation.request.priority, operation.job?.ticket ?? 0)
            }
            for (id, start) in pace(line.sorted { rank($0) < rank($1) }, &gate) {
                gate.waiting -= 1
                admitted += 1
                operations[id]?.job?.leaveLine()
                self.start(id, at: start, &coming)
                limitEvents.append("start from line")
            }
            gate.lookAt = max(now * ModelRateGate.fraction + second, lookAt(gate))
            rateGates[name] = gate
        }
    }

    /// Gives each a start where that is near and nobody is in line, and a place in line to the others.
    mutating func paceNewcomers(_ come: [Int], _ admitted: inout Int) {
        let atRates = come.compactMap { operations[$0] }.filter { operation in
            guard case .rate? = operation.nextStage else { return false }
            return operation.job?.queue == SampleLimit.queue
        }
        for (name, group) in Dictionary(grouping: atRates, by: gate) {
            guard let rate = group.first?.rule?.rate else { continue }
            var gate = rateGates[name] ?? opened(rate.name)
            func rank(_ operation: ModelOperation) -> [Int] {
                [operation.request.priority, operation.job?.runAt ?? 0, operation.id]
            }
            let line = group.sorted { rank($0).lexicographicallyPrecedes(rank($1)) }
            let isEmpty = gate.waiting == 0
            let starts = pace(isEmpty ? line : [], &gate)
            for operation in line {
                if let start = starts[operation.id] {
                    var ignored: [Int] = []
                    admitted += 1
                    self.start(operation.id, at: start, &ignored)
                    limitEvents.append("start")
                } else {
                    operations[operation.id]?.job?.gate = name
                    operations[operation.id]?.job?.ticket = gate.nextTicket
                    operations[operation.id]?.job?.cameAt = operation.job?.runAt
                    operations[operation.id]?.job?.runAt = ModelJob.never
                    gate.waiting += 1
                    gate.nextTicket += 1
                    limitEvents.append("in line of a rate")
                }
                held[operation.id] = ModelHolding(operations[operation.id]?.job)
            }
            if isEmpty { gate.lookAt = lookAt(gate) }
            rateGates[name] = gate
        }
    }

    private mutating func start(_ id: Int, at time: Int, _ coming: inout [Int]) {
        operations[id]?.job?.pacedAt = time
        operations[id]?.job?.runAt = time
        goOn(id, &coming)
        held[id] = ModelHolding(operations[id]?.job)
    }
}
