import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `A transaction of an action that rolls back` {
    private struct Refused: Error {}

    /// Runs one action, and gives what takes effect when it completes.
    private func result(
        host: RecordingHost = RecordingHost(),
        _ body: @escaping @Sendable (ActionContext) async throws -> Void
    ) async throws -> ActionResult {
        let flow = Flow {
            nothing("A")
            Branch("red") { nothing("R") }
            Branch("blue") { nothing("B") }
        }
        let outcome = await invoke(Do("A", body).planned, try context(of: flow, host: host))
        switch outcome {
        case .completed(let result), .committed(let result): return result
        default: throw BackOpsError(.wrongState, message: "\(outcome)")
        }
    }

    @Test func `takes the globals and the jump that were set in it along`() async throws {
        let result = try await result { context in
            context["before"] = 1
            context["changed"] = 1
            context["removed"] = 1
            try context.jump(to: "blue")
            await #expect(throws: Refused.self) {
                try await context.transaction { _ in
                    context["inside"] = 2
                    context["changed"] = 2
                    context["removed"] = nil
                    try context.jump(to: "red")
                    throw Refused()
                }
            }
            #expect(context["inside"] == nil)
            #expect(context["changed"] == 1)
            context["after"] = 3
        }
        #expect(result.patch.set == ["before": 1, "changed": 1, "removed": 1, "after": 3])
        #expect(result.jump == 3)
    }

    @Test func `takes a jump along where there was none before`() async throws {
        let result = try await result { context in
            await #expect(throws: Refused.self) {
                try await context.transaction { _ in
                    try context.jump(to: "red")
                    throw Refused()
                }
            }
        }
        #expect(result.jump == nil)
    }

    @Test func `takes a value along that could not be stored`() async throws {
        let result = try await result { context in
            await #expect(throws: Refused.self) {
                try await context.transaction { _ in
                    context[GlobalKey<Double>("ratio")] = .infinity
                    throw Refused()
                }
            }
        }
        #expect(result.patch.isEmpty)
    }

    @Test func `may be followed by one that commits`() async throws {
        let result = try await result { context in
            for succeeds in [false, true] {
                do {
                    try await context.transaction { _ in
                        context[succeeds ? "second" : "first"] = true
                        if !succeeds { throw Refused() }
                    }
                } catch is Refused {}
            }
        }
        #expect(result.patch.set == ["second": true])
    }

    @Test func `leaves what was set before it, in a savepoint of it as well`() async throws {
        let result = try await result { context in
            try await context.transaction { transaction in
                context["outer"] = 1
                try context.jump(to: "blue")
                await #expect(throws: Refused.self) {
                    try await transaction.savepoint { _ in
                        context["inner"] = 2
                        context["outer"] = 2
                        try context.jump(to: "red")
                        throw Refused()
                    }
                }
                try await transaction.savepoint { _ in context["kept"] = 3 }
            }
        }
        #expect(result.patch.set == ["outer": 1, "kept": 3])
        #expect(result.jump == 3)
    }

    @Test func `cannot hold another one, whose refusal changes nothing`() async throws {
        let result = try await result { context in
            try await context.transaction { _ in
                context["outer"] = 1
                await #expect(throws: BackOpsError.actionEnded("transaction(_:)")) {
                    try await context.transaction { _ in context["inner"] = 2 }
                }
            }
        }
        #expect(result.patch.set == ["outer": 1])
    }

    @Test func `begins each time from what was set before, where the database asks for a repetition`()
        async throws
    {
        let runs = Counter()
        let result = try await result(host: RecordingHost(repetitions: 2)) { context in
            try await context.transaction { _ in
                let run = runs.next()
                context["run \(run)"] = true
                if run == 1 { try context.jump(to: "red") }
            }
        }
        #expect(runs.value == 3)
        #expect(result.patch.set == ["run 3": true])
        #expect(result.jump == nil)
    }

    @Test func `has no effect in a run without a worker`() async {
        let run = await runInline(
            Flow {
                Do("A") { context in
                    do {
                        try await context.transaction { _ in
                            context["inside"] = true
                            try context.jump(to: "red")
                            throw Refused()
                        }
                    } catch is Refused {}
                }
                nothing("B")
                Branch("red") { nothing("R") }
            },
            database: TestDatabase.current.pool
        )
        #expect(run.path == ["main/A", "main/B"])
        #expect(run["inside"] == nil)
    }

    @Test func `has no effect in the database`() async throws {
        struct Payment: OperationDefinition {
            static let name = "Payment"
            var branches: [Branch] {
                Do("Pay") { context in
                    do {
                        try await context.transaction { _ in
                            context["paid"] = true
                            try context.jump(to: "thanks")
                            throw Refused()
                        }
                    } catch is Refused {}
                }
                Do("Remind") { context in context["reminded"] = true }
                Branch("thanks") { Do("Thank") { context in context["thanked"] = true } }
            }
        }
        try await withClient { client in
            let handle = try await client.enqueue(Payment.self)
            try await BackOpsWorker.test { Payment() }.drain()
            #expect(try await handle.record().globals.members() == ["reminded": true])
        }
    }
}
