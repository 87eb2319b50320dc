import Testing

@testable import Simulation

@Suite struct `A simulation` {
    @Test func `runs the same again from the same seed`() throws {
        for seed in [3, 17] as [UInt64] {
            let first = try Simulation(Scenario(seed: seed), tracing: 100_000).run()
            let second = try Simulation(Scenario(seed: seed), tracing: 100_000).run()
            #expect(first.trace == second.trace)
            #expect(first.events == second.events)
            #expect(!first.trace.isEmpty)
        }
    }

    @Test func `runs the same where nobody traces it`() throws {
        for seed in [29, 40] as [UInt64] {
            let traced = try Simulation(Scenario(seed: seed), tracing: 100_000).run()
            let untraced = try Simulation(Scenario(seed: seed)).run()
            #expect(traced.events == untraced.events)
            #expect(traced.actions == untraced.actions)
        }
    }

    @Test func `differs from one seed to the next`() throws {
        let first = try Simulation(Scenario(seed: 3), tracing: 1_000).run()
        let second = try Simulation(Scenario(seed: 4), tracing: 1_000).run()
        #expect(first.trace != second.trace)
    }

    /// Others are run by `swift run Simulation`.
    @Test(arguments: 1...10) func `holds from seed`(_ seed: Int) throws {
        let outcome = try Simulation(Scenario(seed: UInt64(seed))).run()
        #expect(outcome.violation == nil)
        #expect(outcome.actions > 0)
    }

    @Test func `counts one of two decisions, and none that comes late`() throws {
        var scenario = Scenario(seed: 1)
        scenario.faults = []
        scenario.schedules = []
        scenario.operations = [[0, .ms(1)], [.s(40)], []].enumerated().map { number, thoughts in
            OperationPlan(
                number: number,
                enqueuedAt: 0,
                name: "Signed",
                queue: "default",
                priority: 5,
                performIn: nil,
                decisions: thoughts.map { DecisionPlan(looksAt: .s(5), thinksFor: $0, isApproval: $0 == 0) },
                conduct: Conduct(duration: 0...200)
            )
        }
        let outcome = try Simulation(scenario, tracing: 100_000).run()
        #expect(outcome.violation == nil)
        let answers = outcome.trace.compactMap { $0.firstMatch(of: /is decided: (\w+)/)?.output.1 }
        #expect(answers == ["approved", "OP003", "OP003"])
    }

    @Test func `has every kind of fault among a hundred seeds`() {
        var kinds: Set<String> = []
        for seed in 1...100 {
            for fault in Scenario(seed: UInt64(seed)).faults {
                kinds.insert(String("\(fault.kind)".prefix { $0 != "(" }))
            }
        }
        let all: Set = [
            "kill", "freeze", "cut", "cutHeartbeat", "partition", "stop", "restartServer", "failOver",
            "jumpClock",
            "badNetwork", "refusals", "steer", "pauseQueue", "limitQueue", "shareQueue",
        ]
        #expect(kinds == all)
    }

    @Test func `finds an operation that never comes to its end, and makes the scenario smaller`() throws {
        // Nobody ever runs anything: the only process is cut off for longer than anybody waits.
        var scenario = Scenario(seed: 1)
        scenario.processes = []
        scenario.faults = []
        #expect(scenario.operations.count > 1)
        let violation = try #require(try Simulation(scenario).run().violation)
        #expect(violation.contains("do not come to their end"))
        var shrinking = Shrinking(scenario, violation: violation, within: .seconds(20))
        try shrinking.run()
        #expect(shrinking.scenario.operations.count == 1)
        #expect(shrinking.violation.hasPrefix("1 operations do not come to their end"))
    }
}

@Suite struct `A mutant of the worker` {
    /// `Tests/Simulation/mutants` runs them; here it is only seen to that it can.
    @Test(arguments: WorkerMutant.all) func `has its place in the code`(_ mutant: WorkerMutant) throws {
        var mutated = ""
        for edit in mutant.edits {
            mutated += try MutatedPackage.mutated(Self.source(edit.file), edit, mutant.name)
        }
        #expect(mutated.contains("Mutant.isOn(\"\(mutant.name)\")"))
    }

    @Test func `has a name of its own`() {
        #expect(Set(WorkerMutant.all.map(\.name)).count == WorkerMutant.all.count)
        #expect(WorkerMutant.all.count >= 10)
    }

    @Test func `without a place in the code is refused with its name`() {
        let edit = WorkerMutant.Edit(file: "Dispatcher.swift", original: "nowhere", replacement: "MUTATED")
        #expect { try MutatedPackage.mutated("somewhere", edit, "lost") } throws: { error in
            "\(error)".contains("the mutant lost has 0 places in Dispatcher.swift")
        }
    }
}
