import ArgumentParser
import BackOpsCommand

/// Attacks workers against the model of the engine, in virtual time.
@main
struct SimulationProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulation",
        abstract:
            "Run many workers in virtual time, and check that nothing is lost, done twice, or never done.",
        discussion: """
            Every simulation follows from its seed: some worker processes, some operations, and faults of the network, \
            the server, the processes and their actions. The workers decide as they do in production; the database is \
            the model of the engine that the random histories compare with PostgreSQL. After every step nothing may be \
            that must not be, and when the faults are over everything has to come to its end.

            A simulation that fails is made smaller and printed; --seed runs it again. Exit code 0: all held. 1: one \
            did not.
            """,
        subcommands: [MutateCommand.self]
    )

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Run so long: 60s, 10m, 1h.", valueName: "duration"),
        transform: DurationText.parse
    )
    var duration = Duration.seconds(60)

    @Option(help: ArgumentHelp("Begin with this seed (default: a random one).", valueName: "number"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("Run so many simulations at most.", valueName: "number"))
    var count: Int?

    @Option(help: ArgumentHelp("Run so many at once.", valueName: "number"))
    var threads = 2

    @Option(help: ArgumentHelp("Show so many lines about what led to a failure.", valueName: "number"))
    var lines = 60

    @Flag(help: "Do not make a failing simulation smaller.")
    var whole = false

    mutating func validate() throws {
        if threads < 1 { throw ValidationError("--threads is 1 or more.") }
        if lines < 0 { throw ValidationError("--lines is 0 or more.") }
    }

    func run() async throws {
        let firstSeed = seed ?? UInt64.random(in: 1...999_999_999)
        let start = ContinuousClock.now
        let report = try await Campaign(
            firstSeed: firstSeed,
            count: count,
            duration: duration,
            threads: threads
        ).run()
        let seconds = Double((ContinuousClock.now - start).inMicroseconds) / 1e6
        let hours = Double(report.virtualTime) / 3_600e6
        print(
            """
            \(report.simulations) simulations from seed \(firstSeed): \(Int(hours)) virtual hours in \(Int(seconds)) s \
            (\(Int(hours / seconds * 60)) a minute), \(report.events) events, \(report.faults) faults, \(report.actions) actions
            """
        )
        guard let failure = report.failures.first else { return }
        try show(failure.seed, failure.violation)
        throw ExitCode(1)
    }

    private func show(_ seed: UInt64, _ violation: String) throws {
        print("seed \(seed): \(violation)")
        var scenario = Scenario(seed: seed)
        if !whole {
            var shrinking = Shrinking(scenario, violation: violation, within: .seconds(30))
            try shrinking.run()
            scenario = shrinking.scenario
        }
        let outcome = try Simulation(scenario, tracing: lines).run()
        print("made smaller: \(outcome.violation ?? "none")\n")
        print(scenario.summary)
        print(outcome.trace.suffix(lines).joined(separator: "\n"))
    }
}

extension Scenario {
    var summary: String {
        var text = """
            \(processes.count) processes of \(processes.first?.slots ?? 0) slots that \(processes.first?.listens == true ? "listen" : "ask"), \
            a lease of \(lease / 1_000_000) s, messages of \(latency.lowerBound) to \(latency.upperBound) µs

            """
        for operation in operations {
            text +=
                "\(operation.enqueuedAt.clockText)  enqueue \(operation.name) in \(operation.queue): \(operation.conduct)\n"
        }
        for schedule in schedules {
            text +=
                "\(schedule.createdAt.clockText)  schedule \(schedule.name): \(schedule.request), \(schedule.conduct)\n"
        }
        for fault in faults { text += "\(fault.at.clockText)  \(fault.kind)\n" }
        return text + "\(faultsEnd.clockText)  nothing goes wrong any more\n"
    }
}
