import LibPQ
import Testing

extension LegalHistory {
    /// What may happen to an operation that waits.
    static let waits = [
        LegalHistory(
            "waited for a signal, and slept",
            enqueue(#"["A", ["W", {"wait_for": "go", "as": "g"}], ["Z", {"sleep": 60}], "B"]"#),
            complete,
            signal,
            { try await $0.travel(by: "1 minute") },
            { try await $0.drain() }
        ),
        LegalHistory(
            "signalled before its waits",
            enqueue(#"["A", ["W", {"wait_for": "go"}], ["V", {"wait_for": "go"}]]"#),
            signal,
            signal,
            signal,
            complete
        ),
        LegalHistory(
            "timed out, retried, timed out, skipped",
            enqueue(#"[["W", {"wait_for": "go", "timeout": 60}], "B"]"#),
            deadline,
            { try await $0.query("select retry(1)") },
            signal,
            { try await $0.query("select run_from(1, 'main', 'W')") },
            deadline,
            { try await $0.query("select skip(1)") },
            { try await $0.query("select run_from(1, 'main', 'W')") },
            signal,
            { try await $0.drain() }
        ),
        LegalHistory(
            "timed out into a branch that leads back",
            enqueue(
                #"[["W", {"wait_for": "go", "timeout": 60, "on_timeout": {"branch": "side"}}], "B"], "side": ["S", ["T", {"sleep": 0}]]"#
            ),
            deadline,
            { try await $0.complete($0.claimOne(), jump: "main", continues: false) },
            deadline,
            complete,
            { try await $0.drain() }
        ),
        LegalHistory(
            "cancelled at a wait, retried, left by a jump, and come back to",
            enqueue(#"["A", ["W", {"wait_for": "go", "timeout": 60}], "B"], "side": ["S"]"#),
            complete,
            { try await $0.query("select cancel(1)") },
            { try await $0.query("select retry(1)") },
            deadline,
            { try await $0.query("select jump(1, 'side')") },
            complete,
            deadline,
            { try await $0.query("select jump(1, 'main', 'B')") },
            { try await $0.query("select jump(1, 'main', 'W')") },
            { try await $0.query("select reschedule(1, clock_now() + interval '1 day')") },
            signal,
            { try await $0.drain() }
        ),
        LegalHistory(
            "refused for a time that is none, mended, and woken",
            enqueue(
                #"[["U", {"sleep_until": "at"}], ["Z", {"sleep": 60}], "B"]"#,
                globals: #"{"at": "soon"}"#
            ),
            {
                try await $0.query(
                    #"select set_global(1, 'at', to_jsonb(to_char(clock_now() + interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SSOF')))"#
                )
            },
            { try await $0.query("select retry(1)") },
            { try await $0.query("select wake_up(1)") },
            { try await $0.query("select wake_up(1)") },
            { try await $0.drain() }
        ),
        LegalHistory(
            "scheduled, and stopped by the step limit",
            {
                try await $0.query(
                    #"insert into operations (name, perform_at, step_limit, branches) values ('Own', clock_now() + interval '1 min', 2, '{"main": [["W", {"wait_for": "go"}], ["Z", {"sleep": 0}], "B"]}')"#
                )
            },
            signal,
            deadline,
            { try await $0.query("select retry(1)") },
            { try await $0.drain() }
        ),
        LegalHistory(
            "refused a signal that has no room",
            enqueue(
                #"[["W", {"wait_for": "go", "as": "g"}], "B"]"#,
                globals: #"{"big": "\#(String(repeating: "x", count: 1_000_000))"}"#
            ),
            { try await $0.query("select signal(1, 'go', to_jsonb(repeat('y', 100000)))") },
            { try await $0.query("select set_global(1, 'big', null)") },
            { try await $0.query("select retry(1)") },
            { try await $0.drain() }
        ),
    ]

    // MARK: - Steps

    /// Enqueues an operation with a plan of its own.
    private static func enqueue(_ main: String, globals: String = "{}") -> Step {
        { engine in
            try await engine.query(
                "select enqueue('Own', \(globals)::jsonb, branches => \(#"{"main": \#(main)}"#)::json)"
            )
        }
    }

    private static let complete: Step = { try await $0.complete($0.claimOne(), continues: false) }
    private static let signal: Step = { try await $0.query("select signal(1, 'go')") }
    private static let deadline: Step = { engine in
        try await engine.travel(by: "1 minute")
        try await engine.query("select advance_waits()")
    }
}
