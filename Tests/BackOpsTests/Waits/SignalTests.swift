import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A signal` {
        private static let plan = EngineDriver.decision(#", "as": "decision""#)

        @Test func `is delivered, kept, a duplicate or refused`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueue()
            #expect(try await engine.signal(id, "paid", key: "p") == "kept")
            try await engine.complete(engine.claimOne())
            #expect(try await engine.signal(id, "approved", key: "a") == "delivered")
            #expect(try await engine.signal(id, "approved", key: "a") == "duplicate")
            #expect(try await engine.signal(id, "paid", key: "p") == "duplicate")
            try await engine.drain()
            #expect(try await engine.signal(id, "approved", key: "a") == "duplicate", "as before the end")
            #expect(try await engine.signal(id, "approved", key: "b") == "refused")
            #expect(try await engine.signal(id) == "refused")
            #expect(try await engine.signals(id) == ["paid left", "approved read main/decision"])
        }

        @Test(arguments: ["failed", "cancelled"])
        func `is refused by an operation that has ended, and taken when it goes on`(
            state: String
        ) async throws {
            let engine = try await EngineDriver.start(EngineDriver.decision(#", "timeout": 60"#))
            let id = try await engine.enqueueToWait()
            if state == "failed" {
                try await engine.travel(by: "1 minute")
                _ = try await engine.claim()
            } else {
                try await engine.query("select cancel(\(id))")
            }
            #expect(try await engine.state(id) == state)
            #expect(try await engine.signal(id) == "refused")
            try await engine.query("select retry(\(id))")
            #expect(try await engine.place(id) == "waiting main/decision")
            #expect(try await engine.signal(id) == "delivered")
        }

        @Test func `has a key of its own for each operation and name`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let ids = [try await engine.enqueue(), try await engine.enqueue()]
            for id in ids {
                #expect(try await engine.signal(id, "x", key: "k") == "kept")
                #expect(try await engine.signal(id, "y", key: "k") == "kept")
                #expect(try await engine.signal(id, "x", key: "K") == "kept")
                #expect(try await engine.signal(id, "x", "5", key: "k") == "duplicate")
                for _ in 1...2 { #expect(try await engine.signal(id, "x") == "kept", "null is never one") }
            }
            #expect(
                try await engine.value("select count(*) from signals where payload is not null", as: Int.self)
                    == 0
            )
        }

        @Test(arguments: ["''", "null", "'a/b'", "e'a\\nb'", "e'a\\u0085b'", "repeat('é', 201)"])
        func `needs a name`(name: String) async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueueToWait()
            let error = await expectRefusal("OP004") {
                try await engine.query("select signal(\(id), \(unescaped: name))")
            }
            #expect(error?.hint?.isEmpty == false)
            #expect(try await engine.signals(id).isEmpty)
        }

        @Test(arguments: ["''", "repeat('k', 501)", "repeat('😀', 500)"])
        func `needs a key that is not empty, nor long`(key: String) async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueueToWait()
            await expectRefusal("OP004") {
                try await engine.query("select signal(\(id), 'approved', dedup_key => \(unescaped: key))")
            }
        }

        @Test func `needs an operation that is there`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            for call in ["signal(7, 'x')", "signal(null::bigint, 'x')", "signal('Flow', 'k', 'x')"] {
                await expectRefusal("OP002") { try await engine.query("select \(unescaped: call)") }
            }
        }

        // MARK: - What it carries

        @Test(arguments: ["null", "5", #""text""#, "[1, null]", #"{"a": {"b": null}}"#, "false"])
        func `carries any JSON`(payload: String) async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueueToWait()
            try await engine.signal(id, "approved", PQJSON(payload))
            #expect(
                try await engine.value(
                    "select (globals -> 'decision' -> 'payload')::text from operations",
                    as: String.self
                )
                    == payload
            )
            #expect(
                try await engine.value("select payload::text from signal_status", as: String.self) == payload
            )
            #expect(
                try await engine.value("select (details -> 'payload')::text from audit", as: String.self)
                    == payload
            )
        }

        @Test func `carries 256 KiB at the most, and is 256 deep`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueueToWait()
            let payloads = [
                "to_jsonb(repeat('x', 262144))",
                "(repeat('[', 257) || repeat(' ', 2048) || repeat(']', 257) || '')::jsonb",
                "jsonb_build_array((repeat('[', 257) || repeat(']', 257))::jsonb, repeat('x', 3000))",
            ]
            for payload in [payloads[0], payloads[2]] {
                await expectRefusal("OP004") {
                    try await engine.query("select signal(\(id), 'x', \(unescaped: payload))")
                }
            }
            try await engine.query("select signal(\(id), 'x', to_jsonb(repeat('x', 262000)))")
            #expect(try await engine.place(id) == "waiting main/decision")
        }

        @Test func `is refused by an inbox that is full of signals`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueueToWait()
            #expect(
                try await engine.value(
                    "select count(signal(\(id), 'x', dedup_key => n::text)) from generate_series(1, 1000) as n",
                    as: Int.self
                ) == 1000
            )
            let error = await expectRefusal("OP003") { try await engine.signal(id, "approved") }
            #expect(error?.message.contains("1000 signals") == true)
            #expect(error?.hint?.contains("signal_status") == true)
            #expect(try await engine.signal(id, "x", key: "1") == "duplicate", "which takes no room")
            try await engine.query("delete from signals where dedup_key = '1'")
            #expect(try await engine.signal(id, "approved") == "delivered")
        }

        @Test func `is refused by an inbox that is full of bytes`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueueToWait()
            // Text that no compression makes smaller by much.
            let payload: PQJSON = try await engine.value(
                "select to_jsonb(string_agg(encode(sha512(n::text::bytea), 'base64'), '')) from generate_series(1, 2800) as n"
            )
            for _ in 1...4 { #expect(try await engine.signal(id, "x", payload) == "kept") }
            await expectRefusal("OP003") { try await engine.signal(id, "x", payload) }
            #expect(try await engine.signal(id, "approved", "5") == "delivered", "a small one has room")
        }

        @Test func `keeps what is secret from those who only look`() async throws {
            try await withRoles { connection in
                let engine = try await EngineDriver.start(Self.plan)
                try await engine.query(
                    "insert into secret_keys values ('Flow', 'card'), ('Flow', 'decision'), ('*', 'password')"
                )
                let id = try await engine.enqueueToWait()
                try await engine.signal(
                    id,
                    "approved",
                    #"{"n": 1, "card": "4111-1111", "password": "hunter22"}"#
                )
                let looks = [
                    "select payload::text from signal_status", "select details::text from audit",
                    "select globals::text from operation_status",
                ]
                for role in ["reader", "operator"] {
                    try await connection.acting(as: role) {
                        for look in looks {
                            let shown: String = try #require(
                                try await connection.query(SQLStatement(unescaped: look)).first
                            ).decode(0)
                            #expect(
                                !shown.contains("4111") && !shown.contains("hunter22"),
                                "\(look): \(shown)"
                            )
                            #expect(shown.contains("[secret]"))
                        }
                        await expectRefusal("42501") { try await connection.query("select from signals") }
                    }
                }
                #expect(
                    try await engine.value("select payload ->> 'card' from signal_status", as: String.self)
                        == "4111-1111"
                )
            }
        }

        // MARK: - By key

        @Test func `finds the operation that has a key`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id: Int64 = try await engine.value("select enqueue('Flow', key => 'order-42')")
            try await engine.complete(engine.claimOne())
            let call: SQLStatement =
                #"select signal('Flow', 'order-42', 'approved', '{"by": "ann"}', 'once')"#
            #expect(try await engine.value(call, as: String.self) == "delivered")
            #expect(try await engine.value(call, as: String.self) == "duplicate")
            #expect(try await engine.signals(id) == ["approved read main/decision"])
            for (name, key) in [("Flow", "order-43"), ("Other", "order-42")] {
                let error = await expectRefusal("OP002") {
                    try await engine.query("select signal(\(name), \(key), 'approved')")
                }
                #expect(error?.message.contains(key) == true)
            }
        }

        @Test(arguments: ["unless_active", "cancel_and_replace", "throttle 1 s", "debounce 1 s"])
        func `finds the last operation that has had a key`(mode: String) async throws {
            let engine = try await EngineDriver.start(Self.plan)
            func enqueue() async throws -> Int64 {
                let id: Int64 = try await engine.value("select id from enqueue_keyed('Flow', 'k', \(mode))")
                try await engine.travel(by: "1 minute")
                return id
            }
            let first = try await enqueue()
            try await engine.complete(engine.claimOne())
            try await engine.signal(first)
            try await engine.drain()
            let call: SQLStatement = "select signal('Flow', 'k', 'approved')"
            #expect(try await engine.value(call, as: String.self) == "refused")
            let second = try await enqueue()
            #expect(second != first)
            #expect(try await engine.value(call, as: String.self) == "kept")
            #expect(try await engine.signals(second) == ["approved unread"])
        }

        @Test(arguments: ["replace_waiting", "debounce 1 min", "debounce 1 min merge"])
        func `stays when its operation is replaced before it has begun`(mode: String) async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let enqueue: SQLStatement =
                "select id from enqueue_keyed('Flow', 'k', \(mode), perform_in => '1 hour')"
            let id: Int64 = try await engine.value(enqueue)
            #expect(try await engine.signal(id, "approved", "5", key: "x") == "kept")
            #expect(try await engine.value(enqueue, as: Int64.self) == id)
            #expect(try await engine.signals(id) == ["approved unread"])
            #expect(try await engine.signal(id, "approved", "5", key: "x") == "duplicate")
            try await engine.travel(by: "2 hours")
            #expect(try await engine.drain() == ["main/A", "main/B"])
        }

        @Test(arguments: ["replace_waiting", "debounce 1 min"])
        func `finds its operation although another is enqueued, when the wait has begun`(
            mode: String
        )
            async throws
        {
            let engine = try await EngineDriver.start(#"{"main": [["W", {"wait_for": "go"}], "B"]}"#)
            let enqueue: SQLStatement = "select id from enqueue_keyed('Flow', 'k', \(mode))"
            let first: Int64 = try await engine.value(enqueue)
            try await engine.travel(by: "1 minute")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.place(first) == "waiting main/W")
            #expect(try await engine.value(enqueue, as: Int64.self) != first)
            #expect(try await engine.place(first) == "waiting main/W")
        }

        // MARK: - Its end

        @Test(arguments: ["delete from operations", "truncate operations", "select prune('0')"])
        func `is deleted with its operation`(statement: String) async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueueToWait()
            try await engine.signal(id, "paid")
            try await engine.signal(id)
            try await engine.drain()
            #expect(try await engine.signals(id).count == 2)
            try await engine.query(SQLStatement(unescaped: statement))
            #expect(try await engine.value("select count(*) from signals", as: Int.self) == 0)
            #expect(try await engine.query("select from audit").isEmpty)
        }

        @Test func `is not taken along when the operation is enqueued once more`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueueToWait()
            try await engine.signal(id)
            let again: Int64 = try await engine.value("select rerun(\(id))")
            #expect(try await engine.signals(again).isEmpty)
        }

        @Test func `undone with its transaction leaves no trace`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueueToWait()
            try await engine.connection.script("begin")
            #expect(try await engine.signal(id, key: "x") == "delivered")
            try await engine.connection.script("rollback")
            #expect(try await engine.place(id) == "waiting main/decision")
            #expect(try await engine.signal(id, key: "x") == "delivered")
        }

        @Test func `is sent by those who may enqueue, and by operators`() async throws {
            try await withRoles { connection in
                let engine = try await EngineDriver.start(Self.plan)
                let id = try await engine.enqueueToWait()
                for role in ["reader", "worker"] {
                    try await connection.acting(as: role) {
                        await expectRefusal("42501") {
                            try await connection.query("select signal(\(id), 'approved')")
                        }
                    }
                }
                for role in ["enqueue", "operator"] {
                    try await connection.acting(as: role) {
                        try await connection.query("select signal(\(id), 'approved')")
                    }
                }
                #expect(
                    try await engine.signals(id) == ["approved read main/decision", "approved unread"]
                )
            }
        }
    }
}
