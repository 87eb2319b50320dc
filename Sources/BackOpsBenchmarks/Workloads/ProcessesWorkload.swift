import BackOps

/// `workflow` with several worker processes: more of them must not be slower.
struct ProcessesWorkload: Workload {
    let name = "processes"
    let summary = "workflow with 1, 2, 4 and 8 worker processes, and the share of each"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        var figures: [Figure] = []
        for processes in [1, 2, 4, 8] {
            laboratory.progress.say("processes: \(processes)")
            var (figure, outcome) = try await DrainWorkload.drain(
                laboratory,
                name,
                variant: "\(processes)",
                ThreeActions(),
                laboratory.scaled(40_000, atLeast: 10),
                processes: processes,
                worker: laboratory.worker
            )
            let shares = outcome.workers.map { Double($0.bodies) / Double(max(1, outcome.bodies)) }
            figure.details["shares"] = .array(shares.sorted(by: >).map { JSONValue(rounded: $0) })
            figures.append(figure)
        }
        return figures
    }
}

/// `workflow` with more slots than the default: how far from the best the defaults are.
struct SlotsWorkload: Workload {
    let name = "slots"
    let summary = "workflow with 50, 200, 500 and 1,000 slots instead of the default"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        var figures: [Figure] = []
        for slots in [50, 200, 500, 1000] {
            laboratory.progress.say("slots: \(slots)")
            var options = laboratory.worker
            options.slots = slots
            let (figure, _) = try await DrainWorkload.drain(
                laboratory,
                name,
                variant: "\(slots)",
                ThreeActions(),
                laboratory.scaled(40_000, atLeast: 10),
                worker: options
            )
            figures.append(figure)
        }
        return figures
    }
}
