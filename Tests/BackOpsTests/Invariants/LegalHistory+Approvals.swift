import LibPQ
import Testing

extension LegalHistory {
    /// What may happen to an operation that asks for approvals.
    static let approvals = [
        LegalHistory(
            "approved twice",
            enqueue(#"["A", ["W", {"approval": "one", "as": "g"}], ["V", {"approval": "two"}], "B"]"#),
            complete,
            decide("one"),
            decide("two"),
            { try await $0.drain() }
        ),
        LegalHistory(
            "rejected, retried, lapsed, retried, reminded of and skipped",
            enqueue(
                #"[["W", {"approval": "one", "within": 90, "remind": {"after": 60, "operation": "Remind"}}], "B"]"#
            ),
            decide("one", "rejected"),
            retry,
            deadline,
            deadline,
            retry,
            deadline,
            { try await $0.query("select skip(1)") },
            { try await $0.drain() },
            { try await $0.query("select run_from(1, 'main', 'W')") },
            decide("one")
        ),
        LegalHistory(
            "rejected into a branch that leads back, and lapsed into it",
            enqueue(
                #"[["W", {"approval": "one", "within": 60, "else": {"branch": "side"}}], "B"], "side": ["S"]"#
            ),
            decide("one", "rejected"),
            { try await $0.complete($0.claimOne(), jump: "main", continues: false) },
            deadline,
            complete,
            { try await $0.drain() }
        ),
        LegalHistory(
            "cancelled at an approval, retried, extended, left by a jump, and come back to",
            enqueue(#"["A", ["W", {"approval": "one", "within": 60}], "B"], "side": ["S"]"#),
            complete,
            { try await $0.query("select cancel(1)") },
            retry,
            { try await $0.query("select extend(1, 'one', clock_now() + interval '1 hour')") },
            deadline,
            { try await $0.query("select jump(1, 'side')") },
            complete,
            { try await $0.query("select reschedule(1, clock_now() + interval '1 day')") },
            { try await $0.query("select jump(1, 'main', 'B')") },
            { try await $0.query("select jump(1, 'main', 'W')") },
            decide("one", "rejected"),
            { try await $0.query("select jump(1, 'main', 'W')") },
            { try await $0.query("select reschedule(1, clock_now())") },
            { try await $0.query("delete from operations where id = 1") }
        ),
    ]

    // MARK: - Steps

    private static func enqueue(_ main: String) -> Step {
        { engine in
            try await engine.query("select enqueue('Own', branches => \(#"{"main": \#(main)}"#)::json)")
        }
    }

    private static func decide(_ name: String, _ decision: String = "approved") -> Step {
        { engine in try await engine.query("select decide(1, \(name), \(decision))") }
    }

    private static let complete: Step = { try await $0.complete($0.claimOne(), continues: false) }
    private static let retry: Step = { try await $0.query("select retry(1)") }
    private static let deadline: Step = { engine in
        try await engine.travel(by: "1 minute")
        try await engine.query("select advance_waits()")
    }
}
