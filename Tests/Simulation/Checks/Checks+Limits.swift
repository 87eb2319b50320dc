import EngineModel

extension Checks {
    /// No more run, or have begun, than a limit allows, whatever the server counts itself.
    func checkLimits() {
        let operations = operations.filter { $0.job?.holder != nil }
        func key(_ operation: ModelOperation) -> String {
            "\(operation.request.globals["key"] as GlobalValue?)"
        }
        let hot = operations.count { operation in
            operation.job?.position.map { operation.actions[$0 - 1].rule.limit?.name == "hot" } ?? false
        }
        if hot > 2 { violate("\(hot) actions run of which two may") }
        for name in ["Sole", "Both"] {
            let running = Dictionary(grouping: operations.filter { $0.request.name == name }, by: key)
            for (key, operations) in running where operations.count > 1 {
                violate("\(operations.count) operations \(name) of the key \(key) run at once")
            }
        }
    }

    /// What runs of a queue when its limit is set goes on.
    func isLimited(_ queue: String) {
        runningWhenLimited[queue, default: []].formUnion(running(of: queue))
    }

    /// Of a queue no more run than may, but for those that ran before.
    func checkQueueLimits() {
        for (queue, limit) in model.queueLimits {
            guard let maximum = limit.maximum else { continue }
            let running = running(of: queue)
            if running.count > maximum, !running.isSubset(of: runningWhenLimited[queue, default: []]) {
                violate("\(running.count) run of the queue \(queue), of which \(maximum) may")
            }
        }
    }

    private func running(of queue: String) -> Set<Int> {
        Set(operations.filter { $0.job?.holder != nil && $0.job?.queue == queue }.map(\.id))
    }

    /// When everything has ended nobody holds a slot, or is in line.
    func limitsAreFree() {
        var model = model
        _ = model.advanceLimits()
        for (gate, counts) in model.gates {
            violate(
                "\(gate) counts \(counts.holding) slots and \(counts.waiting) in line, and there are none"
            )
        }
        for (queue, limit) in model.queueLimits where limit.holding != 0 {
            violate("queue \(queue) counts \(limit.holding) that run, and there are none")
        }
    }
}
