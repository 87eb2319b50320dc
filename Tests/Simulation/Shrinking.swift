import EngineModel

/// Makes a scenario that shows a fault smaller, as long as it shows one.
struct Shrinking {
    private(set) var scenario: Scenario
    private(set) var violation: String
    private let end: ContinuousClock.Instant

    init(_ scenario: Scenario, violation: String, within duration: Duration) {
        self.scenario = scenario
        self.violation = violation
        end = .now + duration
    }

    mutating func run() throws {
        var isSmaller = true
        while isSmaller, .now < end {
            isSmaller = false
            isSmaller = try shrinkList(\.faults) || isSmaller
            isSmaller = try shrinkList(\.operations) || isSmaller
            isSmaller = try shrinkList(\.schedules) || isSmaller
            isSmaller = try shrinkProcesses() || isSmaller
        }
    }

    /// Leaves out of a list what the fault does not need.
    private mutating func shrinkList<Element>(_ path: WritableKeyPath<Scenario, [Element]>) throws -> Bool {
        let before = scenario[keyPath: path].count
        _ = try shrink(scenario[keyPath: path]) { elements in
            guard .now < end else { return false }
            var smaller = scenario
            smaller[keyPath: path] = elements
            return try take(smaller)
        }
        return scenario[keyPath: path].count < before
    }

    private mutating func shrinkProcesses() throws -> Bool {
        guard scenario.processes.count > 1 else { return false }
        let last = scenario.processes.count - 1
        var smaller = scenario
        smaller.processes.removeLast()
        smaller.faults.removeAll { $0.kind.process == last }
        return try take(smaller)
    }

    private mutating func take(_ smaller: Scenario) throws -> Bool {
        guard let violation = try Simulation(smaller).run().violation, violation.kind == self.violation.kind
        else { return false }
        scenario = smaller
        self.violation = violation
        return true
    }
}

extension Fault.Kind {
    var process: Int? {
        switch self {
        case .kill(let process), .freeze(let process, _), .cut(let process), .cutHeartbeat(let process),
            .partition(let process, _), .stop(let process, _):
            process
        default: nil
        }
    }
}

extension String {
    /// A violation without its numbers and its details.
    fileprivate var kind: String { prefix { $0 != ":" }.filter { !$0.isNumber } }
}
