extension Race {
    /// Whether it may write approvals.
    var usesApprovals: Bool { setUp.contains { $0.contains("approval") } }

    /// An approval behind an action, one that lets go on whatever becomes of it, and one that is first.
    private static let plans = [
        #"p1 = select register_definition('Sign', '{"main": ["A", ["W", {"approval": "go", "within": 10, "as": "g"}], "B"], "side": ["S"]}')"#,
        #"p2 = select register_definition('Okay', '{"main": [["W", {"approval": "go", "within": 10, "else": "go_on"}], "B"]}')"#,
        "w1 = select register_worker('one', 1, '{default}', '{Sign/A,Sign/B,Sign/S,Okay/B}', 1, '', '1 hour')",
        "w2 = select register_worker('two', 2, '{default}', '{Sign/A,Sign/B,Sign/S,Okay/B}', 1, '', '1 hour')",
    ]
    private static let running =
        plans + ["o1 = select enqueue('Sign')", "c1 = select claim_id from claim({w1}, 1)"]
    private static let asking = running + ["x = select outcome from complete({w1}, {o1}, {c1})"]
    private static let first = plans + ["o1 = select enqueue('Okay')"]
    private static let lapsed =
        asking + [
            "y = select set_config('backops.now', to_timestamp(1767225610)::text, false)",
            "z = select advance_waits()",
        ]

    private static let shown = asking + ["n1 = select id from pending_approvals"]
    private static let decideShown = Call(
        sql:
            "select decision || decided_by from decide({o1}, 'go', 'approved', decided_by => 'ann', approval => {n1})"
    )

    private static func decide(_ decision: String = "approved", at seconds: Int = 0) -> Call {
        Call(
            sql: "select decision || decided_by from decide({o1}, 'go', '\(decision)', decided_by => 'ann')",
            at: seconds
        )
    }

    private static func extend(_ time: String = "1 min", at seconds: Int = 0) -> Call {
        Call(
            sql:
                "select date_part('epoch', deadline)::text from extend({o1}, 'go', to_timestamp(1767225600) + interval '\(time)')",
            at: seconds
        )
    }

    private static func state(_ call: String, at seconds: Int = 0) -> Call {
        Call(
            sql: "select string_agg(format('%s|%s', id, state), e'\\n' order by id) from \(call)",
            at: seconds
        )
    }

    private static let complete = Call(
        sql:
            "select format('%s|%s|%s', operation_id, claim_id, outcome) from complete({w1}, {o1}, {c1}, '{\"a\": 1}')"
    )
    private static let deadline = Call(sql: "select ''::text from advance_waits()", at: 10, isRepeated: true)
    private static let claim = Call(
        sql:
            "select string_agg(format('%s|%s|%s', operation_id, claim_id, attempt), e'\\n') from claim({w2}, 10)",
        at: 10,
        isRepeated: true
    )

    /// Whoever may end an approval, beside whoever else may.
    static let approvals: [Race] = [
        Race("decide and decide", after: asking, decide(), decide("rejected")),
        Race("decide and a deadline", after: asking, decide(at: 9), deadline),
        Race("decide and a deadline that lets go on", after: first, decide("rejected", at: 9), deadline),
        Race("decide and claim", after: asking, decide(at: 9), claim),
        Race("decide and complete", after: running, decide(), complete),
        Race("decide and cancel", after: asking, decide(), state("cancel({o1})")),
        Race("decide and skip", after: asking, decide(), state("skip({o1})")),
        Race("decide and jump", after: asking, decide("rejected"), state("jump({o1}, 'main', 'W')")),
        Race(
            "decide what was shown and run_from",
            after: shown,
            decideShown,
            state("run_from({o1}, 'main', 'W')")
        ),
        Race("decide and retry", after: lapsed, decide(at: 10), state("retry({o1})", at: 10)),
        Race("decide and extend", after: asking, decide(), extend()),
        Race("decide and set_global", after: asking, decide(), state("set_global({o1}, 'b', '2')")),
        Race(
            "decide and reschedule",
            after: asking,
            decide(),
            state("reschedule({o1}, clock_now() + '1 min')")
        ),
        Race("extend and a deadline", after: asking, extend(at: 9), deadline),
        Race("extend and extend", after: asking, extend(), extend("2 min")),
        Race("extend and cancel", after: asking, extend(), state("cancel({o1})")),
        Race("an approval's deadline and cancel", after: asking, deadline, state("cancel({o1})", at: 10)),
    ]
}
