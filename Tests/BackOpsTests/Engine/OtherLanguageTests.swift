import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A worker in another language` {
        /// Everything that such a worker does, as it could be typed into psql; the guide shows this text.
        ///
        /// The driver of the language sends the same statements with the values that the ones before returned.
        static let script = """
            -- Once, when the worker starts: the plan of its operations, and what it can run.
            select register_definition('Fulfilment', '{"main": ["Charge", "Ship"], "gift": ["Wrap"]}');
            select register_worker('host', 4711, '{default}', '{Fulfilment/Charge,Fulfilment/Wrap,Fulfilment/Ship}') as worker \\gset

            -- Anybody enqueues.
            insert into operations (name, globals) values ('Fulfilment', '{"subscription_id": 42}');

            -- The loop: claim, run, report. Every few seconds in between: select * from heartbeat(:worker);
            select * from claim(:worker) \\gset
            --   … charges the credit card of :globals …, and wants it wrapped. The next action is this worker's at once.
            select operation_id, next_claim_id as claim_id, outcome, branch, action, globals
              from complete(:worker, :operation_id, :claim_id, p_set => '{"transaction_id": "ch_42"}', p_jump_branch => 'gift') \\gset

            --   … the wrapping machine is broken: try again in no time.
            select * from fail(:worker, :operation_id, :claim_id, 'MachineError', 'out of paper', p_retry_after => '0') \\gset
            select * from claim(:worker) \\gset
            select operation_id, next_claim_id as claim_id, outcome, branch, action, globals
              from complete(:worker, :operation_id, :claim_id) \\gset

            --   … ships it. There is no next action: the outcome is completed.
            select * from complete(:worker, :operation_id, :claim_id) \\gset

            -- When nothing is left to do, or the worker is told to stop.
            select unregister_worker(:worker);
            """

        @Test func `drives an operation to its end with these statements`() async throws {
            let connection = try await PQConnection.connect(TestDatabase.current.options)
            var outcomes: [String] = []
            try await Psql(connection).run(Self.script) { row in
                if let outcome = row["outcome"] { outcomes.append(outcome) }
            }
            #expect(outcomes == ["advanced", "retrying", "advanced", "completed"])
            let row = try await connection.query(
                "select status, progress, globals::text from operation_status"
            )
            #expect(
                try row[0].decode(as: String.self, String.self, String.self)
                    == ("completed", "3/3", #"{"transaction_id": "ch_42", "subscription_id": 42}"#)
            )
            #expect(try await connection.query("select from workers").isEmpty)
        }
    }
}
