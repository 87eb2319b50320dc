import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `An operator` {
        /// Brings an operation into a state: ready, scheduled, running, retrying, completed, failed, cancelled.
        private func operation(_ state: String) async throws -> (engine: EngineDriver, id: Int64) {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            switch state {
            case "scheduled": try await engine.snooze(engine.claimOne(), "1 hour")
            case "running": _ = try await engine.claimOne()
            case "retrying": try await engine.fail(engine.claimOne(), after: "1 hour")
            case "completed": try await engine.drain()
            case "failed": try await engine.fail(engine.claimOne(), permanent: true)
            case "cancelled": try await engine.query("select cancel(\(id), 'no stock')")
            default: break
            }
            #expect(try await engine.status(id) == state)
            return (engine, id)
        }

        @Test(arguments: [
            ("ready", "retry(1)"), ("scheduled", "retry(1)"), ("running", "retry(1)"),
            ("completed", "retry(1)"),
            ("completed", "cancel(1)"), ("failed", "cancel(1)"), ("cancelled", "cancel(1)"),
            ("running", "skip(1)"), ("completed", "skip(1)"),
            ("running", "jump(1, 'main', 'C')"), ("completed", "jump(1, 'main', 'C')"),
            ("running", "run_from(1, 'main', 'C')"),
        ])
        func `is refused what makes no sense, with a hint`(state: String, call: String) async throws {
            let (engine, _) = try await operation(state)
            let error = await expectRefusal("OP003") {
                try await engine.query(SQLStatement(unescaped: "select \(call)"))
            }
            #expect(error?.hint?.isEmpty == false)
            #expect(try await engine.status(1) == state)
        }

        @Test(arguments: ["retrying", "failed", "cancelled"]) func `retries`(state: String) async throws {
            let (engine, id) = try await operation(state)
            #expect(try await engine.value("select state from retry(\(id))", as: String.self) == "active")
            #expect(try await engine.drain() == ["main/A", "main/B", "main/C"])
            #expect(try await engine.state(id) == "completed")
        }

        @Test(arguments: ["ready", "scheduled", "running", "retrying"]) func `cancels`(
            state: String
        ) async throws {
            let (engine, id) = try await operation(state)
            #expect(
                try await engine.value("select stop_reason from cancel(\(id), 'no stock')", as: String?.self)
                    == "no stock"
            )
            #expect(try await engine.status(id) == "cancelled")
            #expect(
                try await engine.value("select note from operation_status", as: String?.self)
                    == "cancelled: no stock"
            )
            #expect(try await engine.drain().isEmpty)
        }

        @Test(arguments: ["ready", "scheduled", "retrying", "failed", "cancelled"]) func `skips`(
            state: String
        ) async throws {
            let (engine, id) = try await operation(state)
            try await engine.query("select skip(\(id))")
            #expect(try await engine.drain() == ["main/B", "main/C"])
            #expect(try await engine.actions(id).first == "main/A skipped")
        }

        @Test(arguments: ["ready", "scheduled", "retrying", "failed", "cancelled"]) func `jumps`(
            state: String
        ) async throws {
            let (engine, id) = try await operation(state)
            try await engine.query("select jump(\(id), 'main', 'C')")
            #expect(try await engine.actions(id) == ["main/A skipped", "main/B skipped", "main/C ready"])
            #expect(try await engine.drain() == ["main/C"])
        }

        @Test(arguments: ["ready", "scheduled", "retrying", "failed", "cancelled", "completed"])
        func `runs from an action on`(state: String) async throws {
            let (engine, id) = try await operation(state)
            try await engine.query("select run_from(\(id), 'main', 'B')")
            #expect(try await engine.drain() == ["main/B", "main/C"])
            #expect(try await engine.state(id) == "completed")
            if state == "completed" {
                #expect(try await engine.history(id) == ["B 1.1 completed", "C 1.1 completed"])
            }
        }

        @Test(arguments: ["ready", "scheduled", "running", "retrying", "completed", "failed", "cancelled"])
        func `sets and removes globals`(state: String) async throws {
            let (engine, id) = try await operation(state)
            try await engine.query(
                #"select set_global(\#(id), 'a', '{"b": [1]}'), set_global(\#(id), 'c', 'null')"#
            )
            #expect(try await engine.globals(id) == #"{"a": {"b": [1]}, "c": null}"#)
            try await engine.query("select set_global(\(id), 'a', null)")
            #expect(try await engine.globals(id) == #"{"c": null}"#)
            #expect(try await engine.status(id) == state)
        }

        @Test func `skips the last action, which completes the operation`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            let id = try await engine.enqueue()
            #expect(try await engine.value("select state from skip(\(id))", as: String.self) == "completed")
            #expect(try await engine.value("select count(*) from jobs", as: Int.self) == 0)
        }

        @Test func `skips out of a side branch back to main`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", "B"], "side": ["S", "T"]}"#)
            let id = try await engine.enqueue()
            try await engine.complete(engine.claimOne(), jump: "side", at: "T", continues: false)
            try await engine.query("select skip(\(id))")
            #expect(try await engine.drain() == ["main/B"])
        }

        @Test func `is told the places that a jump could lead to`() async throws {
            let (engine, id) = try await operation("failed")
            let error = await expectRefusal("OP005") {
                try await engine.query("select jump(\(id), 'main', 'Z')")
            }
            #expect(error?.hint == "It has main/A, main/B, main/C.")
            #expect(try await engine.state(id) == "failed")
        }

        @Test
        func `who cancels a running action leaves its attempt in the history, and a retry runs it again`()
            async throws
        {
            let (engine, id) = try await operation("running")
            try await engine.query("select cancel(\(id))")
            #expect(try await engine.history(id) == ["A 1.1 cancelled"])
            try await engine.query("select retry(\(id))")
            #expect(try await engine.drain() == ["main/A", "main/B", "main/C"])
        }

        @Test func `cancels many at once, those that are active`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.enqueue(3)
            try await engine.fail(engine.claimOne(), permanent: true)
            #expect(
                try await engine.values("select id from cancel(\(ids), 'stop')", as: Int64.self)
                    == Array(ids.dropFirst())
            )
        }
    }
}
