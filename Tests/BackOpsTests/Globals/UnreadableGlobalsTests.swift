import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Logging
import Testing

/// What is JSON for PostgreSQL, and nests deeper than it is read here.
private let deep = Globals(
    text: Array(
        "{\"a\": 1, \"deep\": \(String(repeating: "[", count: 600))\(String(repeating: "]", count: 600))}"
            .utf8
    )
)

@Suite struct `Globals that cannot be read` {
    private func failure(
        _ body: @escaping @Sendable (ActionContext) async throws -> Void
    ) async throws -> FailureRecord {
        let outcome = await invoke(Do("A", body).planned, try context(globals: deep))
        guard case .failed(let record) = outcome else {
            throw BackOpsError(.wrongState, message: "\(outcome)")
        }
        return record
    }

    @Test func `end an attempt that reads one as a failure, whatever it did without the value`() async throws
    {
        let records = [
            try await failure { context in if context["a"] == nil { context["wrong"] = true } },
            try await failure { context in if context[GlobalKey<Int>("a")] == nil { throw Broken() } },
            try await failure { context in if context["a"] == nil { try context.snooze(.seconds(9)) } },
            try await failure { context in _ = try context.require(GlobalKey<Int>("a")) },
            try await failure { context in
                context["b"] = 2
                _ = try context.globals(as: [String: Int].self)
            },
        ]
        for record in records {
            #expect(record.errorType == "BackOpsError.limitExceeded")
            #expect(record.decision == .permanent)
            #expect(record.message.contains("nested more than 512 deep"))
        }
    }

    @Test func `do not keep an action from completing that does not read them`() async throws {
        let outcome = await invoke(
            Do("A") { context in context["b"] = 2 }.planned,
            try context(globals: deep)
        )
        guard case .completed(let result) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(result.patch.set == ["b": 2])
    }

    @Test func `lose nothing where one is set, and are not stored`() {
        var globals = deep
        globals["b"] = 2
        #expect(globals.description == deep.description)
        #expect(throws: BackOpsError.self) { try globals.checkedJSON() }
    }
}

@Suite(.backops(isolation: .database, checksInvariants: false))
struct `One operation that a client cannot read in full` {
    private struct Spoilt: OperationDefinition {
        static let name = "Spoilt"
        var branches: [Branch] {
            Do("A") { context in
                context.logger.error("a line")
                throw Failure.permanent("no")
            }
        }
    }

    /// Takes all checks away: what they keep out today was let in yesterday.
    private let unchecked = """
        do $$
        declare r record;
        begin
          for r in select conname, conrelid::regclass as owner from pg_constraint where contype = 'c' and conrelid <> 0 and connamespace = 'backops'::regnamespace loop
            execute format('alter table %s drop constraint %I', r.owner, r.conname);
          end loop;
          for r in select c.conname, t.typname from pg_constraint c join pg_type t on t.oid = c.contypid where c.connamespace = 'backops'::regnamespace loop
            execute format('alter domain %I drop constraint %I', r.typname, r.conname);
          end loop;
        end
        $$;
        set session_replication_role = replica;
        """

    @Test(
        arguments: [
            "update operations set globals = ('{\"a\": ' || repeat('[', 600) || repeat(']', 600) || '}')::jsonb where id = 2",
            "update operations set tags = array['a', null] where id = 2",
            "update operations set tags = array[['a', 'b'], ['c', 'd']] where id = 2",
            "update operations set created_at = 'infinity', ended_at = '-infinity' where id = 2",
            "update operations set created_at = '4000-01-01 BC', perform_at = 'infinity' where id = 2",
            "update actions set started_at = 'infinity', completed_at = '-infinity', perform_at = 'infinity' where operation_id = 2",
            "update attempts set started_at = 'infinity', ended_at = 'infinity' where operation_id = 2",
            """
            update attempt_logs set logged_at = 'infinity',
              metadata = ('{"a": ' || repeat('[', 600) || repeat(']', 600) || '}')::jsonb where operation_id = 2
            """,
            "update attempt_logs set metadata = '[]' where operation_id = 2",
            """
            insert into audit_log (who, action, operation_ids, details)
            values ('x', 'retry', '{2}', ('{"a": ' || repeat('[', 600) || repeat(']', 600) || '}')::jsonb)
            """,
        ]
    )
    func `hides neither itself nor others`(change: String) async throws {
        try await withClient { client in
            let ids = try await client.enqueue(Spoilt.self, batch: [["a": 1], ["a": 2], ["a": 3]])
            try await BackOpsWorker.test {
                $0.attemptLogs = .onFailure()
            } operations: {
                Spoilt()
            }.drain()
            _ = try await TestDatabase.current.withConnection { connection in
                try await connection.script("\(unchecked) \(change)")
            }
            #expect(ids == [1, 2, 3])
            #expect(try await client.operations.all().map(\.id) == [3, 2, 1])
            for id in ids {
                #expect(try await client.operation(id)?.name == "Spoilt")
                #expect(try await client.actions(of: id).count == 1)
                #expect(try await client.attempts(of: id).count == 1)
                #expect(try await client.logs(of: id).map(\.message) == ["a line"])
            }
            _ = try await client.audit()
            _ = try await client.failures()
        }
    }
}
