import LibPQ
import Testing

extension LegalHistory {
    /// What may happen to operations before limits.
    static let limits = [
        LegalHistory(
            "failed, snoozed, handed back and completed one after the other",
            enqueue(2, #"[["A", {"limit": {"name": "x", "max": 1}, "backoff": {"base": 0}}], "B"]"#),
            { try await $0.fail($0.claimOne()) },
            { try await $0.release($0.claimOne()) },
            { try await $0.snooze($0.claimOne(), "1 minute") },
            { try await $0.drain() },
            { try await $0.travel(by: "1 minute") },
            { try await $0.drain() },
            { _ = try await $0.claim() }
        ),
        LegalHistory(
            "led elsewhere and back from a line, and out of a slot",
            enqueue(3, #"[["A", {"limit": {"name": "x", "max": 1}}], "B"], "side": ["S"]"#),
            { _ = try await $0.claimOne() },
            { try await $0.query("select jump(2, 'side')") },
            { try await $0.query("select run_from(2, 'main', 'A')") },
            { try await $0.query("select reschedule(3, clock_now() + interval '1 minute')") },
            { try await $0.query("select cancel(1)") },
            { try await $0.query("select advance_limits()") },
            { try await $0.query("select reschedule(2, clock_now() + interval '2 minutes')") },
            { try await $0.travel(by: "1 minute") },
            { try await $0.query("select advance_limits()") },
            { try await $0.query("select skip(3)") },
            { try await $0.query("select retry(1)") },
            { try await $0.query("select set_limit('x', 0)") },
            { try await $0.drain() },
            { try await $0.query("select reset_limit('x')") },
            { try await $0.travel(by: "1 minute") },
            { try await $0.drain() },
            { try await $0.drain() }
        ),
        LegalHistory(
            "of a limit of operations and one of an action, past a wait, with crashes",
            enqueue(
                3,
                #"""
                ["A", ["W", {"sleep": 60}], ["B", {"limit": {"name": "y", "max": 1}}]],
                "/limit": {"name": "x", "max": 2, "free_while_waiting": true}
                """#
            ),
            { _ = try await $0.claim(3) },
            { try await $0.query("select record_crashes(array[1::bigint], 'somebody')") },
            { try await $0.complete(try #require(try await $0.held().first)) },
            { try await $0.query("select cancel(3)") },
            { try await $0.complete(try #require(try await $0.claimSuspect())) },
            { try await $0.travel(by: "1 minute") },
            { _ = try await $0.claim(3) },
            { try await $0.query("select record_crashes(array[1, 2]::bigint[], 'somebody')") },
            { _ = try await $0.claim(3) },
            { try await $0.query("delete from operations where id = 1") },
            { try await $0.query("select retry(3)") },
            { _ = try await $0.claim(3) }
        ),
        LegalHistory(
            "turned away, replaced and cancelled in favour of others",
            enqueue(3, #"["A"], "/limit": {"name": "x", "max": 1, "when_full": "replace_waiting"}"#),
            { _ = try await $0.claim(3) },
            enqueue(3, #"["A"], "/limit": {"name": "y", "max": 1, "when_full": "cancel_oldest"}"#),
            { _ = try await $0.claim(3) },
            { _ = try await $0.claim(3) },
            enqueue(3, #"["A"], "/limit": {"name": "z", "max": 1, "max_waiting": 1}"#),
            { _ = try await $0.claim(3) },
            enqueue(3, #"["A"], "/limit": {"name": "z", "max": 1, "when_full": "drop"}"#),
            { _ = try await $0.claim(3) },
            {
                try await $0.query("select retry(array(select id from operations where state = 'cancelled'))")
            },
            { _ = try await $0.claim(3) }
        ),
        LegalHistory(
            "claimed of a queue whose limit is set, lowered, raised and taken away",
            enqueue(6, #"[["A", {"backoff": {"base": 0}}], "B"], "side": ["S"]"#),
            { _ = try await $0.claim(3) },
            setQueueLimit("1"),
            { try await $0.complete(try #require(try await $0.held().first)) },
            { try await $0.query("select cancel(2)") },
            setQueueLimit("2"),
            { _ = try await $0.claim(3) },
            { try await $0.query("select recount_limits()") },
            { try await $0.fail(try #require(try await $0.held().first)) },
            { try await $0.query("select record_crashes(array[3::bigint], 'somebody')") },
            { _ = try await $0.claimSuspect() },
            { _ = try await $0.claim(3) },
            { _ = try await $0.claimSuspect() },
            setQueueLimit("null"),
            { _ = try await $0.claim(3) },
            { try await $0.snooze(try #require(try await $0.held().first), "0") },
            setQueueLimit("0"),
            { try await $0.query("delete from operations where id = 4") },
            { try await $0.query("select recount_limits()") },
            { _ = try await $0.claim(3) },
            setQueueLimit("1"),
            { try await $0.drain() },
            { try await $0.drain() },
            { try await $0.drain() }
        ),
    ]

    // MARK: - Steps

    private static func setQueueLimit(_ maximum: String) -> Step {
        { try await $0.query("select set_queue_limit('default', \(unescaped: maximum))") }
    }

    private static func enqueue(_ count: Int, _ main: String) -> Step {
        { engine in
            try await engine.query(
                "select enqueue('Own', branches => \(#"{"main": \#(main)}"#)::json) from generate_series(1, \(count))"
            )
        }
    }
}
