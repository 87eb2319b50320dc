import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A jump` {
        private static let plan = #"{"main": ["A", "B", "C", "D"], "side": ["S", "T"]}"#

        @Test func `to a branch runs it from its start, then what is open in main`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueue()
            let path = try await engine.drain(jumps: ["main/B": ("side", nil)])
            #expect(path == ["main/A", "main/B", "side/S", "side/T", "main/C", "main/D"])
            #expect(try await engine.state(id) == "completed")
        }

        @Test func `forward skips what it passes over, for good`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueue()
            #expect(try await engine.drain(jumps: ["main/A": ("main", "D")]) == ["main/A", "main/D"])
            let main = try await engine.actions(id).prefix(4)
            #expect(main == ["main/A completed", "main/B skipped", "main/C skipped", "main/D completed"])
            #expect(try await engine.state(id) == "completed")
        }

        @Test func `into the middle of another branch skips that branch's beginning`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueue()
            let path = try await engine.drain(jumps: ["main/A": ("side", "T")])
            #expect(path == ["main/A", "side/T", "main/B", "main/C", "main/D"])
            #expect(try await engine.actions(id).suffix(2) == ["side/S skipped", "side/T completed"])
        }

        @Test func `out of a side branch into main skips what main has open before`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            try await engine.enqueue()
            let path = try await engine.drain(jumps: ["main/A": ("side", nil), "side/S": ("main", "C")])
            #expect(path == ["main/A", "side/S", "main/C", "main/D"])
        }

        @Test func `back runs everything from there again, and history keeps the first run`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueue()
            let path = try await engine.drain(jumps: ["main/C": ("main", "B")])
            #expect(path == ["main/A", "main/B", "main/C", "main/B", "main/C", "main/D"])
            #expect(try await engine.history(id) == ["B 1.1 completed", "C 1.1 completed"])
            let runs = try await engine.values(
                "select run from actions where branch = 'main' order by position",
                as: Int.self
            )
            #expect(runs == [1, 2, 2, 1])
        }

        @Test func `back gives a fresh budget of attempts`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["A", {"backoff": {"base": 0}}], "B"]}"#)
            try await engine.enqueue()
            try await engine.fail(engine.claimOne())
            let second = try #require(try await engine.complete(engine.claimOne()).next)
            let again = try #require(try await engine.complete(second, jump: "main").next)
            #expect(again.action == "main/A" && again.run == 2 && again.attempt == 1)
        }

        @Test func `to itself runs the action once more`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            #expect(
                try await engine.drain(jumps: ["main/B": ("main", "B")]) == [
                    "main/A", "main/B", "main/B", "main/C",
                ]
            )
        }

        @Test func `opens again what an earlier jump had skipped, when it goes back behind it`() async throws
        {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            let path = try await engine.drain(jumps: ["main/A": ("main", "C"), "main/C": ("main", "B")])
            #expect(path == ["main/A", "main/C", "main/B", "main/C"])
            #expect(try await engine.state(id) == "completed")
        }

        @Test func `of an attempt that fails has no effect`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            try await engine.enqueue()
            let job = try await engine.claimOne()
            await expectRefusal("OP005") { try await engine.complete(job, jump: "nowhere") }
            try await engine.fail(job, after: "0")
            #expect(try await engine.drain() == ["main/A", "main/B", "main/C", "main/D"])
        }

        @Test func `to an unknown place is refused, and names the places there are`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueue()
            let job = try await engine.claimOne()
            let error = await expectRefusal("OP005") { try await engine.complete(job, jump: "side", at: "A") }
            #expect(error?.message == "operation \(id) has no side/A")
            #expect(error?.hint == "It has main/A, main/B, main/C, main/D, side/S, side/T.")
            #expect(try await engine.held() == [job], "the claim is as it was")
            #expect(try await engine.complete(job).outcome == "advanced")
        }

        @Test func `leads to the first of several actions of the same name`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", "B", "C", "B"]}"#)
            try await engine.enqueue()
            let path = try await engine.drain(jumps: ["main/C": ("main", "B")])
            #expect(path == ["main/A", "main/B", "main/C", "main/B", "main/C", "main/B"])
        }
    }

    @Suite struct `The step limit` {
        @Test func `ends a loop with a clear error, and retry goes on for as many again`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", "B"]}"#)
            let id: Int64 = try await engine.value(
                "insert into operations (name, step_limit) values ('Flow', 5) returning id"
            )
            #expect(try await loop(engine) == 5)
            #expect(try await engine.state(id) == "failed")
            let error = try await engine.query(
                "select error_type, error_message, action from operation_status"
            )[0]
            #expect(try error.decode(0, as: String.self) == "StepLimit")
            #expect(try error.decode(1, as: String.self).contains("step limit"))
            #expect(try error.decode(2, as: String.self) == "main/B")

            try await engine.query("select retry(\(id))")
            #expect(try await loop(engine) == 5)
            #expect(try await engine.history(id).filter { $0.hasSuffix("refused") }.count == 2)
        }

        @Test func `does not fail an operation that is done in exactly as many steps`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.query("insert into operations (name, step_limit) values ('Flow', 3)")
            #expect(try await engine.drain().count == 3)
            #expect(try await engine.value("select state from operations", as: String.self) == "completed")
        }

        /// Jumps from B back to A for ever, and counts.
        private func loop(_ engine: EngineDriver) async throws -> Int {
            var job = try await engine.claim().first
            var count = 0
            while let current = job, count < 50 {
                count += 1
                job = try await engine.complete(current, jump: current.action == "main/B" ? "main" : nil).next
            }
            return count
        }
    }
}
