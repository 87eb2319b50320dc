import Synchronization

/// Many simulations, until the time is over or one of them finds something.
struct Campaign: Sendable {
    var firstSeed: UInt64
    var count: Int?
    var duration: Duration
    var threads: Int

    /// What all of them together were like.
    struct Report: Sendable {
        var simulations = 0
        var virtualTime = 0
        var events = 0
        var faults = 0
        var actions = 0
        var failures: [(seed: UInt64, violation: String)] = []

        mutating func add(_ outcome: Simulation.Outcome, seed: UInt64) {
            simulations += 1
            virtualTime += outcome.virtualTime
            events += outcome.events
            faults += outcome.faults
            actions += outcome.actions
            if let violation = outcome.violation { failures.append((seed, violation)) }
        }
    }

    /// Runs them, each thread its share of the seeds.
    ///
    /// - Returns: What they were like; with the failure of the lowest seed first.
    func run() async throws -> Report {
        let progress = Progress()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<threads {
                group.addTask { [self] in try work(thread, until: .now + duration, progress) }
            }
            try await group.waitForAll()
        }
        return progress.report.withLock { report in
            report.failures.sort { $0.seed < $1.seed }
            return report
        }
    }

    private final class Progress: Sendable {
        let report = Mutex(Report())
    }

    private func work(_ thread: Int, until end: ContinuousClock.Instant, _ progress: Progress) throws {
        var index = thread
        while ContinuousClock.now < end, count.map({ index < $0 }) ?? true,
            progress.report.withLock({ $0.failures.isEmpty })
        {
            let seed = firstSeed + UInt64(index)
            let outcome = try Simulation(Scenario(seed: seed)).run()
            progress.report.withLock { $0.add(outcome, seed: seed) }
            index += threads
        }
    }
}
