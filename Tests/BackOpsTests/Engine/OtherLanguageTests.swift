import BackOps
import BackOpsTesting
import Foundation
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

        private static let page = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/BackOps/BackOps.docc/Engine.md")

        /// The rows of a table of the page, as the names that are code in each cell.
        private func table(_ heading: String) throws -> [[[String]]] {
            let text = try String(contentsOf: Self.page, encoding: .utf8)
            let rows = try #require(text.components(separatedBy: "\n\(heading)\n").dropFirst().first)
            return rows.components(separatedBy: "\n").dropFirst().prefix { $0.hasPrefix("|") }.map { row in
                row.components(separatedBy: "|").dropFirst().map { cell in
                    cell.matches(of: #/`([^`]+)`/#).map { String($0.output.1) }
                }
            }
        }

        @Test func `finds in the documentation every column that the functions answer with`() async throws {
            let rows = try table("| Function | Columns of a row |")
            #expect(rows.flatMap(\.[0]).count == 12)
            for row in rows {
                for function in row[0] {
                    let columns = try await TestDatabase.current.query(
                        """
                        select a.name
                          from (
                            select case when p.prorettype = 'record'::regtype then (
                                     select array_agg(name order by n)
                                       from unnest(p.proargnames, p.proargmodes) with ordinality as c (name, mode, n) where mode = 't'
                                   ) else (
                                     select array_agg(attname::text order by attnum)
                                       from pg_attribute where attrelid = t.typrelid and attnum > 0
                                   ) end as names
                              from pg_proc p join pg_type t on t.oid = p.prorettype
                             where p.pronamespace = current_schema()::regnamespace and p.proname = \(function)
                             limit 1
                          ) as f
                         cross join unnest(f.names) as a (name)
                        """
                    )
                    #expect(try columns.map { try $0.decode(0, as: String.self) } == row[1], "\(function)")
                }
            }
        }

        @Test func `finds in the documentation every outcome that the functions answer with`() async throws {
            let rows = try table("| Outcome | Of | Means | What to do |")
            let documented = Set(rows.flatMap(\.[0]))
            let comments = try await TestDatabase.current.query(
                """
                select obj_description(oid, 'pg_proc') from pg_proc
                 where pronamespace = current_schema()::regnamespace
                   and proname in ('complete_many', 'fail_many', 'snooze_many', 'release_many', 'missed_claim')
                """
            ).map { try $0.decode(0, as: String.self) }
            for outcome in documented { #expect(comments.contains { $0.contains(outcome) }, "\(outcome)") }
            #expect(documented.isSuperset(of: CompletionResult.Outcome.allCases.map(\.rawValue)))
            #expect(
                documented.isSuperset(of: [
                    "retrying", "failed", "snoozed", "released", "invalid", "done", "stale", "busy",
                ])
            )
        }

        /// What the page says of keys at stricter levels.
        @Test
        func `is told 40001 of a key that was taken since its transaction began, and not at READ COMMITTED`()
            async throws
        {
            let levels = ["read committed", "repeatable read", "serializable"]
            for (number, level) in levels.enumerated() {
                try await TestDatabase.current.withConnection { connection in
                    try await connection.script(
                        "begin isolation level \(level); select count(*) from operations"
                    )
                    let id: Int64 = try await TestDatabase.current.value(
                        "select enqueue('Flow', key => \("k\(number)"))"
                    )
                    do {
                        let row = try await connection.query(
                            "select enqueue('Flow', key => \("k\(number)"))"
                        )[0]
                        #expect(try row.decode(0, as: Int64.self) == id)
                        #expect(level == "read committed")
                    } catch let error as PQError {
                        #expect(error.sqlState == .serializationFailure && level != "read committed")
                    }
                    try await connection.script("rollback")
                }
            }
        }

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
