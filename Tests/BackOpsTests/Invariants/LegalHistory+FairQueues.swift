import LibPQ
import Testing

extension LegalHistory {
    /// What may happen to operations of a fair queue.
    static let fairQueues = [
        LegalHistory(
            "taking turns while they fail, are steered and go on",
            share("'tenant'"),
            enqueue(9, #"[["A", {"backoff": {"base": 0}}], "B"], "side": ["S"]"#),
            { _ = try await $0.claim(3) },
            { try await $0.complete(try #require(try await $0.held().first)) },
            { try await $0.fail(try #require(try await $0.held().first)) },
            { try await $0.query("select cancel(4)") },
            { try await $0.query("select skip(5)") },
            { try await $0.query("select jump(6, 'side')") },
            { try await $0.query("select reschedule(7, clock_now() + interval '1 minute')") },
            { try await $0.query("select set_global(8, 'tenant', '\"z\"')") },
            { _ = try await $0.claim(1) },
            { try await $0.query("delete from operations where id = 9") },
            { try await $0.snooze(try #require(try await $0.held().first), "30 seconds") },
            { try await $0.query("select retry(4)") },
            { _ = try await $0.claim(2) },
            { try await $0.query("select recount_limits()") },
            { try await $0.travel(by: "1 minute") },
            { try await $0.drain() },
            { try await $0.drain() }
        ),
        LegalHistory(
            "of a queue whose fairness is set, changed, taken away and set again",
            enqueue(9, #"["A", "B"]"#),
            { _ = try await $0.claim(1) },
            share("'tenant', '{\"0\": 3, \"1\": 0.5}'"),
            { _ = try await $0.claim(2) },
            share("'other'"),
            { try await $0.query("select recount_limits()") },
            enqueue(3, #"["A"]"#),
            { _ = try await $0.claim(2) },
            share("null"),
            { _ = try await $0.claim(1) },
            { try await $0.query("select recount_limits()") },
            enqueue(3, #"["A"]"#),
            share("'tenant'"),
            { _ = try await $0.claim(2) },
            { try await $0.drain() },
            { try await $0.drain() }
        ),
        LegalHistory(
            "with a limit of the queue, pauses, priorities and crashes",
            share("'tenant'"),
            { try await $0.query("select set_queue_limit('default', 2)") },
            enqueue(6, #"["A", "B"]"#),
            enqueue(3, #"["A"]"#, priority: 1),
            { _ = try await $0.claim(5) },
            { try await $0.query("select record_crashes(array[7::bigint], 'somebody')") },
            { _ = try await $0.claimSuspect() },
            { _ = try await $0.claim(5) },
            { try await $0.query("select pause('default')") },
            { try await $0.release(try #require(try await $0.held().first)) },
            { _ = try await $0.claim(5) },
            { try await $0.query("select resume('default')") },
            { try await $0.query("select set_queue_limit('default', null)") },
            { _ = try await $0.claim(2) },
            { try await $0.query("select recount_limits()") },
            { try await $0.drain() },
            { try await $0.drain() }
        ),
    ]

    // MARK: - Steps

    private static func share(_ arguments: String) -> Step {
        { try await $0.query("select set_queue_fairness('default', \(unescaped: arguments))") }
    }

    /// Operations of the tenants 0, 1 and none in turn.
    private static func enqueue(_ count: Int, _ main: String, priority: Int16 = 5) -> Step {
        { engine in
            try await engine.query(
                """
                select enqueue('Own', jsonb_strip_nulls(jsonb_build_object('tenant', nullif(n % 3, 2))),
                               branches => \(#"{"main": \#(main)}"#)::json, priority => \(priority))
                  from generate_series(1, \(count)) as n
                """
            )
        }
    }
}
