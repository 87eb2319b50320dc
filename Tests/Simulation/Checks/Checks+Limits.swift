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

    /// When everything has ended nobody holds a slot, or is in line.
    func limitsAreFree() {
        var model = model
        _ = model.advanceLimits()
        for (gate, counts) in model.gates {
            violate(
                "\(gate) counts \(counts.holding) slots and \(counts.waiting) in line, and there are none"
            )
        }
    }
}
