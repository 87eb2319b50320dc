import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `An explanation` {
        private func reasons(_ engine: EngineDriver, _ id: Int64) async throws -> [String] {
            try await engine.values("select reason from explain(\(id))")
        }

        private func detail(_ engine: EngineDriver, _ id: Int64) async throws -> String {
            try await engine.value("select detail from explain(\(id)) limit 1")
        }

        @Test func `names the worker, and since when, while an action runs`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            #expect(try await reasons(engine, id) == ["ready"])
            _ = try await engine.claimOne()
            let row = try #require(
                try await engine.query(
                    "select reason, detail, worker_id, since is not null from explain(\(id))"
                )
                .first
            )
            let (reason, detail, worker, isSince) = try row.decode(
                as: String.self,
                String.self,
                Int64.self,
                Bool.self
            )
            #expect(reason == "running" && detail == "main/A runs on test pid 1, attempt 1 of 25")
            #expect(worker == engine.worker && isSince)
            try await engine.query("update workers set lease = '1 microsecond'")
            #expect(try await reasons(engine, id) == ["worker_missing"])
        }

        @Test func `says what a retry waits for, and what came before`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), "no route", after: "1 hour")
            #expect(try await reasons(engine, id) == ["retrying"])
            #expect(
                try await detail(engine, id) == "main/A waits for attempt 2 of 25 after: Mishap: no route"
            )
            #expect(
                try await engine.value(
                    "select until > now() + interval '59 min' from explain(\(id))",
                    as: Bool.self
                )
            )
        }

        @Test func `tells every reason that there is`() async throws {
            let engine = try await EngineDriver.start(queues: ["default"])
            try await engine.query(
                "select pause('mial', reason => 'down'), register_worker('other', 2, '{mail}', '{}')"
            )
            let id: Int64 = try await engine.value(
                "select enqueue('Flow', queue => 'mial', perform_in => '1 day')"
            )
            #expect(try await reasons(engine, id) == ["scheduled", "queue_paused", "queue_unserved"])
            #expect(
                try await engine.value("select detail from explain(\(id)) offset 2", as: String.self)
                    == #"no live worker serves queue "mial"; did you mean "mail"?"#
            )
        }

        @Test func `asks whether a name is misspelt`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["ChargeCard"]}"#, name: "Fulfilment")
            let parked: Int64 = try await engine.value("select enqueue('Fulfillment')")
            #expect(
                try await detail(engine, parked)
                    == #"no worker has registered "Fulfillment"; did you mean "Fulfilment"?"#
            )
            let unknown: Int64 = try await engine.value(
                #"select enqueue('Own', branches => '{"main": ["ChargeCrad"]}')"#
            )
            #expect(try await reasons(engine, unknown) == ["action_unknown"])
            #expect(try await detail(engine, unknown).hasSuffix(#"did you mean "/ChargeCard"?"#))
            let other: Int64 = try await engine.value("select enqueue('Invoice')")
            #expect(try await detail(engine, other) == #"no worker has registered "Invoice""#)
        }

        @Test func `tells of a suspect, and of what has ended`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.enqueue(3)
            _ = try await engine.claimOne()
            try await engine.query("select record_crashes(array[\(ids[0])], 'test')")
            #expect(try await reasons(engine, ids[0]) == ["suspect"])
            try await engine.fail(engine.claimOne(), "declined", permanent: true)
            #expect(
                try await detail(engine, ids[1]) == "main/A failed at attempt 1 of 25: Mishap: declined"
            )
            try await engine.query("select cancel(\(ids[2]), 'no stock')")
            #expect(try await detail(engine, ids[2]) == "it was cancelled at main/A: no stock")
        }

        @Test func `is drawn, too`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["B", {"may_jump": ["side"]}], "C"], "side": ["S"]}"#
            )
            let id = try await engine.enqueue()
            try await engine.complete(engine.claimOne(), continues: false)
            try await engine.fail(engine.claimOne(), "broken", permanent: true)
            let lines = try await engine.values("select flow(\(id))", as: String.self)
            #expect(lines.first?.hasPrefix("Flow #\(id)   failed") == true)
            #expect(
                lines.dropFirst().prefix(4) == [
                    " main ✓ A → ✗ B ×1 → ○ C", " side ○ S", " main/B may jump to side",
                    " last error: Mishap: broken",
                ]
            )
        }

        @Test func `is waited for`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            #expect(try await engine.value("select wait(\(id), '0')", as: String.self) == "active")
            let other = try await EngineDriver.start()
            async let state: String = other.value("select wait(\(id), '1 minute')")
            try await engine.query("select cancel(\(id))")
            #expect(try await state == "cancelled")
            try await engine.connection.script("begin isolation level repeatable read")
            await expectRefusal("OP004") { try await engine.query("select wait(\(id))") }
            try await engine.connection.script("rollback")
        }
    }
}
