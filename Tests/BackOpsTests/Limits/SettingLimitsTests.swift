import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Setting a limit` {
        private func site(_ count: Int = 5) async throws -> EngineDriver {
            let engine = try await EngineDriver.start(EngineDriver.limited())
            try await engine.enqueue(count)
            #expect(try await engine.claimed() == [1])
            return engine
        }

        @Test func `lets more start at once, and fewer as they end`() async throws {
            let engine = try await site()
            #expect(
                try await engine.value(
                    "select maximum from set_limit('stripe', 3, 'they allow it')",
                    as: Int.self
                ) == 3
            )
            #expect(try await engine.claimed() == [2, 3])
            try await engine.query("select set_limit('stripe', 2)")
            try await engine.query("select cancel(1)")
            #expect(try await engine.claimed().isEmpty)
            try await engine.query("select cancel(2)")
            #expect(try await engine.claimed() == [4])
            #expect(try await engine.gates() == ["stripe 2+1"])
        }

        @Test func `to null is no limit, to 0 lets nothing start, and reset is that of the plan`()
            async throws
        {
            let engine = try await site()
            try await engine.query("select set_limit('stripe', 0)")
            try await engine.query("select cancel(1)")
            #expect(try await engine.claimed().isEmpty)
            try await engine.query("select reset_limit('stripe')")
            #expect(try await engine.claimed() == [2])
            try await engine.query("select set_limit('stripe', null)")
            #expect(try await engine.claimed() == [3, 4, 5])
            #expect(try await engine.gates() == ["stripe 4+0"])
        }

        @Test func `outlives plans that are registered`() async throws {
            let engine = try await site()
            try await engine.query("select set_limit('stripe', 2)")
            try await EngineDriver.start(EngineDriver.limited(#""name": "stripe", "max": 4"#)).query(
                "select 1"
            )
            #expect(try await engine.claimed() == [2])
            try await engine.query("select reset_limit('stripe')")
            #expect(try await engine.claimed() == [3, 4])
        }

        @Test func `by a plan that is registered acts at once, too`() async throws {
            let engine = try await site()
            try await EngineDriver.start(EngineDriver.limited(#""name": "stripe", "max": 3"#)).query(
                "select 1"
            )
            #expect(try await engine.claimed() == [2, 3])
        }

        @Test func `may come before any plan`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.query("select set_limit('soon', 1)")
            try await engine.query(
                #"select enqueue('Own', branches => '{"main": [["A", {"limit": "soon"}]]}') from generate_series(1, 2)"#
            )
            #expect(try await engine.claimed() == [1])
            let error = await expectRefusal("OP003") { try await engine.query("select reset_limit('soon')") }
            #expect(error?.hint == "set_limit(name, null) makes it no limit.")
        }

        @Test func `reaches the lines of all keys`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.limited(#""name": "tenant", "max": 1, "by": "customer""#)
            )
            for customer in ["ann", "ann", "ben", "ben"] { _ = try await engine.enqueue(by: customer) }
            #expect(try await engine.claimed() == [1, 3])
            try await engine.query("select set_limit('tenant', 2)")
            #expect(try await engine.claimed() == [2, 4])
        }

        @Test func `is refused with what is wrong`() async throws {
            let engine = try await site()
            await expectRefusal("OP004") { try await engine.query("select set_limit('a/b', 1)") }
            await expectRefusal("OP004") { try await engine.query("select set_limit(null, 1)") }
            await expectRefusal("OP004") { try await engine.query("select set_limit('stripe', -1)") }
            await expectRefusal("OP004") { try await engine.query("select set_limit('stripe', 1000001)") }
            let error = await expectRefusal("OP002") { try await engine.query("select reset_limit('strip')") }
            #expect(error?.hint == "Limits are: stripe.")
        }

        @Test func `is written down`() async throws {
            let engine = try await site()
            try await engine.query("select set_limit('stripe', 3, 'they allow it')")
            try await engine.query("select reset_limit('stripe', 'no more')")
            #expect(
                try await engine.values(
                    "select concat_ws(' ', action, details ->> 'limit', details ->> 'maximum', reason) from audit order by id",
                    as: String.self
                ) == ["set_limit stripe 3 they allow it", "reset_limit stripe 1 no more"]
            )
        }
    }
}
