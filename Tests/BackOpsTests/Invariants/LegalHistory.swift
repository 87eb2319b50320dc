import LibPQ
import Testing

/// Something that may happen to operations, step by step.
struct LegalHistory: Sendable, CustomTestStringConvertible {
    typealias Step = @Sendable (EngineDriver) async throws -> Void

    let testDescription: String
    let steps: [Step]

    init(_ description: String, _ steps: Step...) {
        testDescription = description
        self.steps = steps
    }

    static let plan = #"""
        {"main": [["A", {"max_attempts": 4, "backoff": {"base": 0}}], "B", "C"],
         "side": ["S", ["T", {"perform_at_global": "at"}]]}
        """#

    static let all = [
        LegalHistory("completed", enqueue, { try await $0.drain() }),
        LegalHistory(
            "failed, retried, completed",
            enqueue,
            fail,
            fail,
            { try await $0.query("select retry(1)") },
            fail,
            failForGood,
            { try await $0.query("select retry(1)") },
            { try await $0.drain() }
        ),
        LegalHistory("failed by its last attempt", enqueue, fail, fail, fail, fail),
        LegalHistory(
            "jumped forward",
            enqueue,
            { try await $0.complete($0.claimOne(), jump: "main", at: "C") },
            { try await $0.complete(try #require(try await $0.held().first)) }
        ),
        LegalHistory(
            "jumped back after failures",
            enqueue,
            fail,
            complete,
            { try await $0.complete($0.claimOne(), jump: "main") },
            { try await $0.release(try #require(try await $0.held().first)) },
            fail,
            { try await $0.drain() }
        ),
        LegalHistory(
            "left an action that had failed for a side branch, and came back to it",
            enqueue,
            fail,
            fail,
            { try await $0.query("select jump(1, 'side', 'S')") },
            complete,
            { try await $0.query("select set_global(1, 'at', null)") },
            complete,
            fail,
            { try await $0.snooze($0.claimOne(), "0") },
            { try await $0.drain() }
        ),
        LegalHistory(
            "skipped, waiting and failed",
            enqueue,
            fail,
            skip,
            failForGood,
            skip,
            skip
        ),
        LegalHistory(
            "skipped, and opened again by a jump back",
            enqueue,
            fail,
            skip,
            { try await $0.query("select jump(1, 'main', 'A')") },
            fail,
            { try await $0.drain() }
        ),
        LegalHistory(
            "snoozed and handed back",
            enqueue,
            { try await $0.snooze($0.claimOne(), "0") },
            fail,
            { try await $0.snooze($0.claimOne(), "0") },
            { try await $0.release($0.claimOne()) },
            fail,
            { try await $0.drain() }
        ),
        LegalHistory(
            "cancelled while it waits, and retried",
            enqueue,
            fail,
            cancel,
            { try await $0.query("select retry(1)") },
            { try await $0.drain() }
        ),
        LegalHistory(
            "cancelled while it runs, and retried",
            enqueue,
            fail,
            { _ = try await $0.claimOne() },
            cancel,
            { try await $0.query("select retry(1)") },
            fail,
            { try await $0.drain() }
        ),
        LegalHistory(
            "parked, and registered",
            { try await $0.enqueue("Later") },
            register,
            { _ = try await $0.claimOne() }
        ),
        LegalHistory(
            "parked, cancelled, retried, registered",
            { try await $0.enqueue("Later") },
            cancel,
            { try await $0.query("select retry(1)") },
            register
        ),
        LegalHistory(
            "registered anew while it runs",
            enqueue,
            complete,
            { try await $0.query(#"select register_definition('Flow', '{"main": ["X"]}')"#) },
            { try await $0.drain() }
        ),
        LegalHistory(
            "stopped by the step limit, retried",
            { try await $0.query("insert into operations (id, name, step_limit) values (1, 'Flow', 2)") },
            complete,
            complete,
            { try await $0.query("select retry(1)") },
            complete
        ),
        LegalHistory(
            "refused for a time that is none, retried",
            { try await $0.enqueue("Flow", #"{"at": "soon"}"#) },
            { try await $0.complete($0.claimOne(), jump: "side", continues: false) },
            complete,
            { try await $0.query("select set_global(1, 'at', null)") },
            { try await $0.query("select retry(1)") },
            { try await $0.drain() }
        ),
        LegalHistory(
            "convicted of three crashes, retried",
            enqueue,
            crash,
            crash,
            crash,
            { try await $0.query("select retry(1)") },
            crash
        ),
        LegalHistory(
            "acquitted after a crash",
            enqueue,
            crash,
            { try await $0.release(try #require(try await $0.claimSuspect())) },
            { try await $0.complete(try #require(try await $0.claimSuspect()), continues: false) },
            { try await $0.drain() }
        ),
        LegalHistory(
            "run again after it completed",
            enqueue,
            fail,
            { try await $0.drain() },
            { try await $0.query("select run_from(1, 'main', 'B')") },
            { try await $0.drain() },
            { try await $0.query("select run_from(1, 'side', 'T')") },
            { try await $0.drain() }
        ),
        LegalHistory(
            "with a plan of its own",
            {
                try await $0.query(
                    #"insert into operations (name, branches) values ('Own', '{"main": ["A", ["B", {"queue": "slow"}]]}')"#
                )
            },
            fail,
            complete,
            { try await $0.query("select jump(1, 'main', 'A')") }
        ),
    ]

    // MARK: - Steps

    private static let enqueue: Step = { try await $0.enqueue() }
    private static let complete: Step = { try await $0.complete($0.claimOne(), continues: false) }
    private static let fail: Step = { try await $0.fail($0.claimOne(), after: "0") }
    private static let failForGood: Step = { try await $0.fail($0.claimOne(), permanent: true) }
    private static let skip: Step = { try await $0.query("select skip(1)") }
    private static let cancel: Step = { try await $0.query("select cancel(1, 'no stock')") }
    private static let register: Step = {
        try await $0.query(#"select register_definition('Later', '{"main": ["A"]}')"#)
    }

    /// Another worker claims the job and dies.
    private static let crash: Step = { engine in
        let victim = try await EngineDriver.start()
        if try await victim.claim().isEmpty { _ = try #require(try await victim.claimSuspect()) }
        try await engine.query(
            "update workers set heartbeat_at = '2020-01-01', lease = '15 s' where id = \(victim.worker)"
        )
        try await engine.query("select * from rescue()")
    }
}
