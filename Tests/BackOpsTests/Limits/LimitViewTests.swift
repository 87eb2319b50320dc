import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `What is seen of limits` {
        private func site() async throws -> EngineDriver {
            let engine = try await EngineDriver.start(
                EngineDriver.limited(#""name": "tenant", "max": 1, "by": "customer""#)
            )
            for customer in ["ann", "ann", "ann", "ben"] { _ = try await engine.enqueue(by: customer) }
            #expect(try await engine.claimed() == [1, 4])
            return engine
        }

        @Test func `is a row for each limit, and one for each key`() async throws {
            let engine = try await site()
            #expect(
                try await engine.values(
                    "select concat_ws(' ', name, maximum, declared, keys, holding, waiting, capped) from limit_status",
                    as: String.self
                ) == ["tenant 1 1 2 2 2 f"]
            )
            #expect(
                try await engine.values(
                    "select concat_ws(' ', name, key, maximum, holding, waiting, gate) from limit_lines order by gate",
                    as: String.self
                ) == ["tenant ann 1 1 2 tenant/ann", "tenant ben 1 1 0 tenant/ben"]
            )
        }

        @Test func `is the status of who is in line, and since when`() async throws {
            let engine = try await site()
            #expect(try await engine.place(2) == "waiting main/A")
            #expect(
                try await engine.value("select note from operation_status where id = 2", as: String.self)
                    == #"waits for a slot of the limit "tenant/ann""#
            )
            #expect(
                try await engine.value("select queue from operation_status where id = 2", as: String.self)
                    == "default"
            )
            #expect(
                try await engine.value(
                    "select started_at is not null from action_status where operation_id = 2 and status = 'waiting'",
                    as: Bool.self
                )
            )
            #expect(
                try await engine.values(
                    "select id from find_operations(state => 'waiting') order by id",
                    as: Int64.self
                ) == [2, 3]
            )
            #expect(
                try await engine.values("select id from find_operations(state => 'ready')", as: Int64.self)
                    .isEmpty
            )
            #expect(
                try await engine.values(
                    "select id from find_operations(queue => 'default') order by id",
                    as: Int64.self
                ) == [1, 2, 3, 4]
            )
            #expect(try await engine.values("select queue from queue_depth", as: String.self) == ["default"])
        }

        @Test func `is explained with the place in line and who holds the slots`() async throws {
            let engine = try await site()
            let rows = try await engine.query(
                "select reason, detail, advice, since is not null from explain(3)"
            )
            #expect(try rows[0].decode(0, as: String.self) == "limit")
            #expect(
                try rows[0].decode(1, as: String.self)
                    == #"main/A waits for a slot of the limit "tenant/ann": number 2 in line, 1 of 1 held by operations 1"#
            )
            #expect(
                try rows[0].decode(2, as: String.self).contains(
                    "set_limit('tenant', 2) lets more run at once"
                )
            )
            try await engine.query("select set_limit('tenant', 0)")
            #expect(
                try await engine.value("select advice from explain(3)", as: String.self).contains(
                    "reset_limit('tenant')"
                )
            )
            try await engine.query("select set_limit('tenant', 5)")
            #expect(
                try await engine.value("select advice from explain(3)", as: String.self)
                    == "A slot is free: the next claim of any worker gives it away."
            )
        }

        @Test func `is explained before anybody has looked, and found where nobody looks`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.limited())
            let id: Int64 = try await engine.value(
                "select enqueue('Flow', perform_at => clock_now() - interval '5 minutes')"
            )
            #expect(
                try await engine.value("select detail from explain(\(id))", as: String.self)
                    == "main/A has come to a limit, and the next claim of any worker says whether it may start"
            )
            #expect(try await engine.place(id) == "ready main/A")
            #expect(
                try await engine.values(
                    "select concat_ws(' ', operation_id, queue, reason) from stuck",
                    as: String.self
                )
                    == ["1 default it has come to a limit, and no worker has looked whether it may start"]
            )
        }

        @Test func `names what else is in its way`() async throws {
            let engine = try await site()
            try await engine.query("select pause('default')")
            #expect(
                try await engine.values("select reason from explain(2)", as: String.self) == [
                    "limit", "queue_paused",
                ]
            )
        }

        @Test func `is counted again where it is wrong`() async throws {
            let engine = try await site()
            try await engine.query(
                "update limit_gates set holding = 5, waiting = 0 where gate = 'tenant/ann'"
            )
            try await engine.query("delete from limit_gates where gate = 'tenant/ben'")
            try await engine.query(
                "insert into limit_gates (gate, name, holding) values ('tenant/eve', 'tenant', 3)"
            )
            #expect(try await engine.violations().count == 3)
            #expect(try await engine.value("select recount_limits()", as: Int.self) == 3)
            #expect(try await engine.violations().isEmpty)
            #expect(try await engine.value("select recount_limits()", as: Int.self) == 0)
            #expect(try await engine.gates() == ["tenant/ann 1+2", "tenant/ben 1+0"])
            try await engine.query("select cancel(1)")
            #expect(try await engine.claimed() == [2])
        }
    }
}
