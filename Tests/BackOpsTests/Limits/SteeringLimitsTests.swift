import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Steering an operation at a limit` {
        private func site() async throws -> EngineDriver {
            let engine = try await EngineDriver.start(EngineDriver.limited())
            try await engine.travel(to: "2027-01-01Z")
            try await engine.enqueue(3)
            #expect(try await engine.claimed() == [1])
            return engine
        }

        @Test(arguments: [
            ("cancel(2)", "2 is gone"), ("skip(2)", "2 free"), ("jump(2, 'side')", "2 free"),
            ("jump(2, 'main', 'B')", "2 free"),
        ]) func `leaves the line`(call: String, place: String) async throws {
            let engine = try await site()
            try await engine.query("select \(unescaped: call)")
            let standing = try await engine.standing().first { $0.hasPrefix("2 ") }
            #expect(standing ?? "2 is gone" == place)
            #expect(try await engine.gates() == ["stripe 1+1"])
            try await engine.query("select cancel(1)")
            #expect(try await engine.claimed().contains(3))
            #expect(try await engine.gates() == ["stripe 1+0"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `takes a place at the end when it is led to its action again`() async throws {
            let engine = try await site()
            try await engine.query("select run_from(2, 'main', 'A')")
            try await engine.query("select cancel(1)")
            #expect(try await engine.claimed() == [3])
            #expect(try await engine.standing() == ["2 in line for stripe", "3 holds stripe"])
        }

        @Test func `comes to the limit again at the time that reschedule gives`() async throws {
            let engine = try await site()
            try await engine.query("select reschedule(2, clock_now() + interval '1 hour')")
            #expect(try await engine.place(2) == "scheduled main/A")
            try await engine.query("select cancel(1)")
            #expect(try await engine.claimed() == [3])
            try await engine.travel(by: "1 hour")
            #expect(try await engine.claimed().isEmpty)
            #expect(try await engine.standing() == ["2 in line for stripe", "3 holds stripe"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `gives back the slot of an action that was let in and is put off`() async throws {
            let engine = try await site()
            try await engine.query("select cancel(1)")
            // Let in, but not claimed: the look of somebody else's claim.
            try await engine.query("select advance_limits()")
            #expect(try await engine.standing() == ["2 holds stripe", "3 in line for stripe"])
            try await engine.query("select reschedule(2, clock_now() + interval '1 hour')")
            #expect(try await engine.claimed() == [3])
            #expect(try await engine.standing() == ["2 comes", "3 holds stripe"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `cannot be woken up`() async throws {
            let engine = try await site()
            let error = await expectRefusal("OP003") { try await engine.query("select wake_up(2)") }
            #expect(
                error?.message == #"operation 2 waits for a slot of the limit "stripe": it does not sleep"#
            )
            #expect(error?.hint == "set_limit('stripe', N) lets more run at once; skip leaves it out.")
        }

        @Test func `is one of many`() async throws {
            let engine = try await site()
            try await engine.query("select cancel(array[1, 2, 3]::bigint[])")
            #expect(try await engine.gates().isEmpty)
            try await engine.query("select retry(array[1, 2, 3]::bigint[])")
            #expect(try await engine.claimed() == [1])
            #expect(try await engine.gates() == ["stripe 1+2"])
            try await engine.query("select jump(array[2, 3]::bigint[], 'side')")
            #expect(try await engine.gates() == ["stripe 1+0"])
        }

        @Test func `replaces one in line that has not begun`() async throws {
            let engine = try await site()
            try await engine.query(
                "select enqueue_keyed('Flow', key => 'k', mode => 'replace_waiting', globals => '{\"n\": 1}')"
            )
            #expect(try await engine.claimed().isEmpty)
            try await engine.query(
                "select enqueue_keyed('Flow', key => 'k', mode => 'replace_waiting', globals => '{\"n\": 2}')"
            )
            #expect(try await engine.claimed().isEmpty)
            #expect(try await engine.gates() == ["stripe 1+3"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `goes with its operation`() async throws {
            let engine = try await site()
            try await engine.query("select cancel(1)")
            try await engine.query("delete from operations where id in (1, 2)")
            #expect(try await engine.claimed() == [3])
            #expect(try await engine.gates() == ["stripe 1+0"])
            #expect(try await engine.violations().isEmpty)
        }
    }
}
