import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A secret global` {
        /// An operation whose card is secret, and whose error message tells it.
        private func site(_ connection: PQConnection) async throws -> (EngineDriver, Int64) {
            let engine = try await EngineDriver.start()
            try await engine.query("insert into secret_keys values ('Flow', 'card'), ('*', 'password')")
            let id = try await engine.enqueue(
                "Flow",
                #"{"card": {"number": "4111-1111", "cvc": 12345}, "password": "hunter22", "n": 1}"#
            )
            return (engine, id)
        }

        @Test func `is shown to the owner and to workers, and to nobody else`() async throws {
            try await withRoles { connection in
                let (engine, id) = try await site(connection)
                let look: SQLStatement = "select globals::text from operation_status where id = \(id)"
                #expect(try await engine.value(look, as: String.self).contains("4111-1111"))
                #expect(try await engine.claimOne().globals.contains("4111-1111"))
                for role in ["reader", "operator"] {
                    try await connection.acting(as: role) {
                        let shown: String = try #require(try await connection.query(look).first).decode(0)
                        #expect(shown == #"{"n": 1, "card": "[secret]", "password": "[secret]"}"#)
                    }
                }
                // SET ROLE counts, and not only who is logged in.
                try await connection.script("set role \(TestDatabase.current.schema)_reader")
                let shown: String = try #require(try await connection.query(look).first).decode(0)
                #expect(shown.contains("[secret]"))
                try await connection.script("reset role")
            }
        }

        @Test func `cannot be guessed by searching for it`() async throws {
            try await withRoles { connection in
                let (engine, id) = try await site(connection)
                let guesses = [#"{"password": "hunter22"}"#, #"{"card": {"cvc": 12345}}"#]
                for guess in guesses {
                    let found: SQLStatement = "select id from find_operations(globals => \(PQJSON(guess)))"
                    #expect(try await engine.values(found, as: Int64.self) == [id])
                    for role in ["reader", "operator"] {
                        try await connection.acting(as: role) {
                            await expectRefusal("42501") { try await connection.query(found) }
                            let rows = try await connection.query(
                                "select id from operation_status where globals @> \(PQJSON(guess))"
                            )
                            #expect(rows.isEmpty)
                        }
                    }
                    try await connection.acting(as: "operator") {
                        await expectRefusal("42501") {
                            try await connection.query(
                                "select * from cancel_where(globals => \(PQJSON(guess)), preview => true)"
                            )
                        }
                    }
                }
                try await connection.acting(as: "reader") {
                    let rows = try await connection.query(
                        #"select id from find_operations(globals => '{"n": 1}')"#
                    )
                    #expect(rows.count == 1)
                }
            }
        }

        @Test func `is not told by what steering returns, nor by the audit log`() async throws {
            try await withRoles { connection in
                let (_, id) = try await site(connection)
                try await connection.acting(as: "operator") {
                    let row = try #require(
                        try await connection.query(
                            #"select globals::text from set_global(\#(id), 'password', '"geheim99"')"#
                        ).first
                    )
                    #expect(try !row.decode(0, as: String.self).contains("4111"))
                    let details: String = try #require(
                        try await connection.query("select details::text from audit").first
                    ).decode(0)
                    #expect(details == #"{"key": "password", "value": "[secret]"}"#)
                }
            }
        }

        @Test func `is taken out of the errors, stack traces and logs that are stored`() async throws {
            try await withRoles { connection in
                let (engine, id) = try await site(connection)
                let job = try await engine.claimOne()
                try await engine.query(
                    """
                    select store_logs(\(engine.worker), array[\(id)], array[\(job.claim)],
                      array['[{"number": 1, "at": "2027-01-01", "level": "info", "message": "card 4111-1111", "metadata": {"cvc": "12345"}}]']::jsonb[])
                    """
                )
                try await engine.query(
                    "select * from fail(\(engine.worker), \(id), \(job.claim), 'E', 'card 4111-1111 of hunter22', 'at charge(12345)', true)"
                )
                let stored: String = try await engine.value(
                    """
                    select concat((select json_agg(a) from attempts a), (select json_agg(a) from actions a), (select json_agg(l) from attempt_logs l))
                    """
                )
                for secret in ["4111", "hunter22", "12345"] { #expect(!stored.contains(secret)) }
                #expect(
                    try await engine.value("select error_message from operation_status", as: String.self)
                        == "card [secret card] of [secret password]"
                )
            }
        }
    }
}
