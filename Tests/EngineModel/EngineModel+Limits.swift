extension EngineModel {
    /// A look at the limits, which every claim takes.
    ///
    /// - Returns: How many slots and starts were given.
    package mutating func advanceLimits() -> Int {
        let from = limitsSeenAt.flatMap { (now - 5 * second...now).contains($0) ? $0 - 2 * second : nil }
        var lines = takeReleases()
        var come = newcomers(since: from ?? .min)
        if from == nil {
            limitsSeenAt = now
            forgetRates()
        }
        var admitted = 0
        paceWaiters(lines, since: from, &admitted, &come)
        // Whoever gets the slot of an operation may come to a rate next, and then to a limit of its action.
        while !lines.isEmpty || !come.isEmpty {
            paceNewcomers(come, &admitted)
            var coming: [Int] = []
            var excess: [Int] = []
            lines.formUnion(letInNewcomers(come, &admitted, &coming, &excess))
            for id in excess.sorted() { turnAway(id) }
            letInWaiters(lines, &admitted, &coming)
            (lines, come) = ([], coming)
        }
        return admitted
    }

    /// Sets a maximum, whatever plans say; nil is no limit.
    package mutating func setLimit(_ name: String, _ maximum: Int?) throws(ModelRefusal) -> ModelAnswer {
        guard (0...1_000_000).contains(maximum ?? 0), !name.contains("/") else { throw .invalidArgument }
        limits[name, default: ModelLimit()].own = .some(maximum)
        return offered(name)
    }

    /// Lets the plan's maximum hold again.
    package mutating func resetLimit(_ name: String) throws(ModelRefusal) -> ModelAnswer {
        guard let limit = limits[name] else { throw .unknownOperation }
        guard limit.declared != nil else { throw .wrongState }
        limits[name]?.own = nil
        return offered(name)
    }

    /// Counts again, which changes nothing where nothing is wrong.
    package mutating func recountLimits() -> ModelAnswer {
        _ = takeReleases()
        for (gate, counts) in gates where counts.waiting > 0 { offer(gate) }
        for gate in rateGates.values where gate.waiting > 0 { offer(SampleRate.prefix + gate.name) }
        return ModelAnswer("ok", rows: [[.number(0)]])
    }

    /// Takes over the numbers of a plan: one that comes with an operation says only what nobody has said.
    package mutating func declare(_ plan: SamplePlan, replaces: Bool) throws(ModelRefusal) {
        let named = plan.limits
        guard named.allSatisfy({ limits[$0.name] != nil || declared($0.name, in: named) != nil }),
            hasNumbers(plan.rates)
        else { throw .invalidArgument }
        declare(plan.rates, replaces: replaces)
        var hasChanged = false
        for name in Set(named.map(\.name)) {
            guard let maximum = declared(name, in: named), replaces || limits[name] == nil,
                limits[name]?.declared != maximum
            else { continue }
            limits[name, default: ModelLimit()].declared = maximum
            hasChanged = true
        }
        if hasChanged { for limit in named { offer("/" + limit.name) } }
    }

    private func declared(_ name: String, in named: [SampleLimit]) -> Int? {
        named.lazy.filter { $0.name == name }.compactMap(\.maximum).first
    }

    private mutating func offered(_ name: String) -> ModelAnswer {
        offer("/" + name)
        let limit = limits[name] ?? ModelLimit()
        let numbers = [limit.maximum, limit.declared].map {
            ModelAnswer.Field.text($0.map(String.init) ?? "")
        }
        return ModelAnswer("ok", rows: [[.text(name)] + numbers])
    }

    /// Has the next look go through the line before a gate, or with a slash before it, through all of a limit.
    mutating func offer(_ gate: String) { releases[gate, default: ModelRelease()].slots += 0 }

    private func free(_ gate: ModelGate) -> Int { (limits[gate.name]?.maximum ?? .max) - gate.holding }
    private func hasRoom(_ gate: ModelGate) -> Bool { free(gate) > 0 }

    // MARK: - Giving back

    /// Writes down what jobs hold no more: whoever ends an action waits for nobody.
    package mutating func noteReleases() {
        for (id, before) in held {
            let after = ModelHolding(operations[id]?.job)
            if let slot = before.operationSlot, slot != after.operationSlot {
                releases[slot, default: ModelRelease()].slots += 1
            }
            if let slot = before.actionSlot, slot != after.actionSlot {
                releases[slot, default: ModelRelease()].slots += 1
            }
            if let slot = before.queueSlot, slot != after.queueSlot {
                releases[slot, default: ModelRelease()].slots += 1
            }
            if let gate = before.gate, gate != after.gate {
                releases[gate, default: ModelRelease()].waiters += 1
            }
            held[id] = after.isNothing ? nil : after
        }
    }

    /// - Returns: The gates before which something was given back.
    private mutating func takeReleases() -> Set<String> {
        for (name, release) in releases {
            if let waiting = rateGates[name]?.waiting {
                rateGates[name]?.waiting = max(waiting - release.waiters, 0)
            }
            if name.hasPrefix(ModelQueueLimit.prefix) {
                let queue = String(name.dropFirst(ModelQueueLimit.prefix.count))
                queueLimits[queue]?.holding -= release.slots
            }
            guard var gate = gates[name] else { continue }
            gate.holding = max(gate.holding - release.slots, 0)
            gate.waiting = max(gate.waiting - release.waiters, 0)
            gates[name] = gate.holding == 0 && gate.waiting == 0 ? nil : gate
        }
        defer { releases = [:] }
        return Set(releases.keys)
    }

    // MARK: - Letting in

    /// The operations that have come to a limit, and are not in line.
    private func newcomers(since begin: Int) -> [Int] {
        operations.values.filter { operation in
            guard let job = operation.job else { return false }
            return job.queue == SampleLimit.queue && job.runAt >= begin && job.runAt <= now
        }.map(\.id)
    }

    /// Gives each a slot where there is one and nobody is in line, and a place in line to the others.
    ///
    /// - Returns: The gates that have a line although a slot is free.
    private mutating func letInNewcomers(
        _ come: [Int],
        _ admitted: inout Int,
        _ coming: inout [Int],
        _ excess: inout [Int]
    ) -> Set<String> {
        var lines: Set<String> = []
        let atLimits = come.compactMap { operations[$0] }.filter { operation in
            guard let job = operation.job, operation.nextStage?.limit != nil else { return false }
            return job.queue == SampleLimit.queue && job.ticket == nil && job.runAt <= now
        }
        for (name, group) in Dictionary(grouping: atLimits, by: gate) {
            guard let limit = group.first?.nextStage?.limit else { continue }
            var gate = gates[name] ?? ModelGate(name: limit.name)
            let isEmpty = gate.waiting == 0
            if !isEmpty, hasRoom(gate) { lines.insert(name) }
            func rank(_ operation: ModelOperation) -> [Int] {
                [operation.request.priority, operation.job?.runAt ?? 0, operation.id]
            }
            for operation in group.sorted(by: { rank($0).lexicographicallyPrecedes(rank($1)) }) {
                if isEmpty, hasRoom(gate) {
                    gate.holding += 1
                    admitted += 1
                    letIn(operation.id, name, &coming)
                } else {
                    operations[operation.id]?.job?.gate = name
                    operations[operation.id]?.job?.ticket = gate.nextTicket
                    operations[operation.id]?.job?.cameAt = operation.job?.runAt
                    operations[operation.id]?.job?.runAt = ModelJob.never
                    gate.waiting += 1
                    gate.nextTicket += 1
                    limitEvents.append("in line")
                    if operation.nextStage?.limit?.isPicky == true { excess.append(operation.id) }
                }
                held[operation.id] = ModelHolding(operations[operation.id]?.job)
            }
            gates[name] = gate
        }
        return lines
    }

    /// Gives free slots to the first in line: by priority, then by ticket.
    private mutating func letInWaiters(
        _ lines: Set<String>,
        _ admitted: inout Int,
        _ coming: inout [Int]
    ) {
        let offered = gates.filter { lines.contains("/" + $0.value.name) }.keys
        for name in lines.union(offered) {
            guard var gate = gates[name], gate.waiting > 0, hasRoom(gate) else { continue }
            let line = operations.values.filter { $0.job?.gate == name }
            func rank(_ operation: ModelOperation) -> (Int, Int) {
                (operation.request.priority, operation.job?.ticket ?? 0)
            }
            for operation in line.sorted(by: { rank($0) < rank($1) }).prefix(free(gate)) {
                gate.holding += 1
                gate.waiting -= 1
                admitted += 1
                operations[operation.id]?.job?.runAt = operation.job?.cameAt ?? now
                operations[operation.id]?.job?.leaveLine()
                letIn(operation.id, name, &coming)
                held[operation.id] = ModelHolding(operations[operation.id]?.job)
                limitEvents.append("from line")
            }
            gates[name] = gate
        }
    }

    private mutating func letIn(_ id: Int, _ gate: String, _ coming: inout [Int]) {
        guard let stage = operations[id]?.nextStage else { return }
        if case .operation = stage {
            operations[id]?.job?.operationSlot = gate
        } else {
            operations[id]?.job?.actionSlot = gate
        }
        goOn(id, &coming)
        limitEvents.append("\(stage.kind) slot")
    }

    /// Brings an operation that was let in to what it comes to next: another limit, or its queue.
    mutating func goOn(_ id: Int, _ coming: inout [Int]) {
        guard let operation = operations[id], let job = operation.job, let rule = operation.rule else {
            return
        }
        let queue = operation.queue(of: rule, job.operationSlot, job.pacedAt, job.actionSlot)
        operations[id]?.job?.queue = queue
        if queue == SampleLimit.queue, job.runAt <= now { coming.append(id) }
    }

    /// What an operation is counted under at what it comes to next.
    package func gate(_ operation: ModelOperation) -> String {
        switch operation.nextStage {
        case .operation(let limit), .action(let limit): gate(limit.name, by: limit.key, operation)
        case .rate(let rate): gate(rate, operation)
        case nil: ""
        }
    }

    func gate(_ name: String, by key: String?, _ operation: ModelOperation) -> String {
        let isSecret = key != nil && catalog.secretKeys[operation.request.name] == key
        return Rendered.gate(name, by: key, operation.globals, isSecret: isSecret)
    }
}

extension ModelOperation {
    /// What the job is at.
    package var rule: SampleAction? { job?.position.map { actions[$0 - 1].rule } }

    /// What a job that has come to a step must have before it may start, one after the other.
    enum Stage {
        case operation(SampleLimit)
        case rate(SampleRate)
        case action(SampleLimit)

        var limit: SampleLimit? {
            switch self {
            case .operation(let limit), .action(let limit): limit
            case .rate: nil
            }
        }

        var kind: String { String("\(self)".prefix { $0 != "(" }) }
    }

    /// What it comes to next.
    var nextStage: Stage? {
        guard let job, let rule else { return nil }
        return stage(of: rule, job.operationSlot, job.pacedAt, job.actionSlot)
    }

    private func stage(
        of rule: SampleAction,
        _ operationSlot: String?,
        _ pacedAt: Int?,
        _ actionSlot: String?
    ) -> Stage? {
        if let limit, operationSlot == nil { return .operation(limit) }
        if let rate = rule.rate, pacedAt == nil { return .rate(rate) }
        if let limit = rule.limit, actionSlot == nil { return .action(limit) }
        return nil
    }

    /// Where a job waits that has come to a step with these slots, and this start.
    func queue(
        of rule: SampleAction,
        _ operationSlot: String?,
        _ pacedAt: Int? = nil,
        _ actionSlot: String? = nil
    ) -> String {
        if rule.wait != nil { return SampleWait.queue }
        let isMissing = stage(of: rule, operationSlot, pacedAt, actionSlot) != nil
        return isMissing ? SampleLimit.queue : rule.queue ?? request.queue
    }

    /// What is left of the operation's slot when it comes to a step.
    func operationSlot(_ slot: String?, at rule: SampleAction) -> String? {
        rule.wait != nil && limit?.isFreeWhileWaiting == true ? nil : slot
    }
}

extension ModelJob {
    package mutating func leaveLine() {
        gate = nil
        ticket = nil
        cameAt = nil
    }

    /// It gives back what it has for its action, and comes to the limits anew.
    package mutating func giveBack() {
        guard actionSlot != nil || pacedAt != nil else { return }
        actionSlot = nil
        pacedAt = nil
        queue = SampleLimit.queue
    }
}
