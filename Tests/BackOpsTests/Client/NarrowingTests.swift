import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// The operations are made by hand: parked, failed, cancelled, of two names, in two queues.
@Suite(.backops(checksInvariants: false)) struct `A query whose conditions are asked for twice` {
    typealias Condition = @Sendable (OperationQuery) -> OperationQuery

    private static let conditions: [(String, Condition, [Int64])] = [
        ("two names", { $0.named("A").named("B") }, []),
        ("a name", { $0.named("A").named("A") }, [2, 1]),
        ("states", { $0.inState(.active, .failed).inState(.failed, .cancelled) }, [3]),
        ("statuses", { $0.withStatus(.parked, .failed).withStatus(.failed, .cancelled) }, [3]),
        ("a state and another status", { $0.inState(.failed).withStatus(.parked) }, []),
        ("queues", { $0.inQueue("x", "y").inQueue("y") }, [4, 2]),
        ("numbers", { $0.withIDs([1, 2]).withIDs([2, 3]) }, [2]),
        ("errors", { $0.failedBy("f2").failedBy("f1") }, []),
        ("an error", { $0.failedBy("f1").failedBy("f1") }, [3]),
        ("two values of a global", { $0.globalsContain(["n": 1]).globalsContain(["n": 2]) }, []),
        (
            "two parts of a global",
            { $0.globalsContain(["at": ["a": 1]]).globalsContain(["at": ["b": 2]]) }, [1]
        ),
        ("labels", { $0.tagged("eu").tagged("new") }, [1]),
        ("ages", { $0.enqueued(within: .seconds(5400)).enqueued(within: .seconds(86_400)) }, [4, 3, 2]),
        ("least ages", { $0.enqueued(notWithin: .seconds(5400)).enqueued(notWithin: .zero) }, [1]),
    ]

    private func fill() async throws {
        try await TestDatabase.current.script(
            """
            insert into operations (name, queue, globals, tags)
            values ('A', 'x', '{"n": 1, "at": {"a": 1, "b": 2}}', '{eu,new}'), ('A', 'y', '{"n": 2}', '{eu}'),
                   ('B', 'x', '{"n": 3}', '{new}'), ('B', 'y', '{"n": 4}', '{}');
            update operations set created_at = created_at - interval '2 hours' where id = 1;
            delete from jobs where operation_id in (3, 4);
            update operations set state = 'failed', ended_at = now(), parked_at = null where id = 3;
            insert into attempts (operation_id, position, run, attempt, outcome, error_type, ended_at, fingerprint, ends_operation)
            values (3, 1, 1, 1, 'failed', 'Broken', now(), 'f1', true);
            update attempts set fingerprint = 'f1';
            """
        )
        try await TestDatabase.current.query("select cancel(2)")
    }

    @Test func `finds what each of them is true of`() async throws {
        try await fill()
        try await withClient { client async throws in
            for (name, condition, ids) in Self.conditions {
                #expect(try await condition(client.operations).all().map(\.id) == ids, "\(name)")
            }
        }
    }
}

@Suite(.backops) struct `An operator` {
    @Test func `retries and cancels what a query finds, with a reason`() async throws {
        try await withRoles { connection in
            try await connection.query(
                "select enqueue('Errand', globals => '{\"n\": 1}'), enqueue('Errand', globals => '{\"n\": 2}')"
            )
            var database = TestDatabase.current.database
            database.options.settings["role"] = "\(TestDatabase.current.schema)_operator"
            let client = BackOpsClient(database)
            let found = client.operations.globalsContain(["n": 2])
            do {
                #expect(try await found.cancelAll(reason: "a mistake") == [2])
                #expect(try await found.retryAll(reason: "not one") == [2])
                let reasons = try await client.audit().map {
                    "\($0.action) \($0.operationIDs) \($0.reason ?? "")"
                }
                #expect(reasons == ["retry [2] not one", "cancel [2] a mistake"])
            } catch {
                await client.close()
                throw error
            }
            await client.close()
        }
    }
}
