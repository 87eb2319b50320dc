extension Race {
    /// Whether somebody may come to a limit in it.
    var usesLimits: Bool { setUp.contains { $0.contains("limit") } }

    /// An action with one slot, an operation with one slot, and an action of an operation that both need one.
    private static let plans = [
        #"p1 = select register_definition('Hot', '{"main": [["A", {"limit": {"name": "hot", "max": 1}, "backoff": {"jitter": 0}}], "B"], "side": [["S", {"limit": "hot"}]]}')"#,
        #"p2 = select register_definition('Sole', '{"main": ["A", "B"], "/limit": {"name": "sole", "max": 1}}')"#,
        #"p3 = select register_definition('Both', '{"main": [["A", {"limit": "hot"}]], "/limit": {"name": "sole", "free_while_waiting": true}}')"#,
        "w1 = select register_worker('one', 1, '{default}', '{Hot/A,Hot/B,Hot/S,Sole/A,Sole/B,Both/A}', 1, '', '1 hour')",
        "w2 = select register_worker('two', 2, '{default}', '{Hot/A,Hot/B,Hot/S,Sole/A,Sole/B,Both/A}', 1, '', '1 hour')",
    ]
    /// Two have come.
    private static let come = plans + ["o1 = select enqueue('Hot')", "o2 = select enqueue('Hot')"]
    /// One runs, and one is in line.
    private static let full = come + ["c1 = select claim_id from claim({w1}, 1)"]
    /// One runs, and one has come.
    private static let coming =
        plans + [
            "o1 = select enqueue('Hot')", "c1 = select claim_id from claim({w1}, 1)",
            "o2 = select enqueue('Hot')",
        ]
    /// Nobody may run, and one has come.
    private static let closed =
        plans + ["s1 = select maximum from set_limit('hot', 0)", "o1 = select enqueue('Hot')"]
    /// Nobody runs, and one is in line still.
    private static let free = full + ["x = select outcome from complete({w1}, {o1}, {c1})"]
    /// One waits for its next attempt, and the other has its slot.
    private static let retrying =
        full + ["f1 = select outcome from fail({w1}, {o1}, {c1}, 'Mishap', 'broken', p_retry_after => '5 s')"]
    private static let sole =
        plans + [
            "o1 = select enqueue('Sole')", "o2 = select enqueue('Sole')",
            "c0 = select claim_id from claim({w1}, 1)",
            "c1 = select next_claim_id from complete({w1}, {o1}, {c0})",
        ]
    /// Both of two slots are held, and two are in line.
    private static let twoSlots =
        plans + [
            "s1 = select maximum from set_limit('hot', 2)",
            "o1 = select enqueue('Hot')", "o2 = select enqueue('Hot')",
            "o3 = select enqueue('Hot')", "o4 = select enqueue('Both')",
            "c1 = select claim_id from claim({w1}, 1)", "c2 = select claim_id from claim({w1}, 1)",
        ]

    private static func look(_ worker: String = "w2", at seconds: Int = 0) -> Call {
        Call(
            sql:
                "select string_agg(format('%s|%s|%s', operation_id, claim_id, attempt), e'\\n') from claim({\(worker)}, 10)",
            at: seconds,
            isRepeated: true
        )
    }

    private static let complete = outcome("complete({w1}, {o1}, {c1})")
    private static let fail = outcome("fail({w1}, {o1}, {c1}, 'Mishap', 'broken')")

    private static func state(_ call: String, at seconds: Int = 0) -> Call {
        Call(
            sql: "select string_agg(format('%s|%s', id, state), e'\\n' order by id) from \(call)",
            at: seconds
        )
    }

    private static func set(_ maximum: String) -> Call {
        Call(sql: "select maximum::text from set_limit('hot', \(maximum))")
    }

    private static let recount = Call(sql: "select recount_limits()::text")

    /// Whoever comes to a limit, leaves it or changes it, beside whoever looks at it.
    static let limits: [Race] = [
        Race("look and look", after: come, look("w1"), look("w2")),
        Race("look and look at a slot that was given back", after: free, look("w1"), look("w2")),
        Race("complete and look", after: full, complete, look()),
        Race("fail and look", after: full, fail, look()),
        Race("snooze and look", after: full, outcome("snooze({w1}, {o1}, {c1}, '1 min')"), look()),
        Race(
            "release and look",
            after: full,
            outcome("release_many({w1}, array[{o1}]::bigint[], array[{c1}]::bigint[])"),
            look()
        ),
        Race("complete the last action and look", after: sole, complete, look()),
        Race("cancel of an operation with a slot and look", after: full, state("cancel({o1})"), look()),
        Race("cancel of an operation in line and look", after: free, state("cancel({o2})"), look()),
        Race("cancel of an operation in line and complete", after: full, state("cancel({o2})"), complete),
        Race("skip in line and look", after: free, state("skip({o2})"), look()),
        Race("jump in line and look", after: free, state("jump({o2}, 'side')"), look()),
        Race(
            "reschedule in line and look",
            after: free,
            state("reschedule({o2}, clock_now() + '1 min')"),
            look()
        ),
        Race("retry in line and look", after: retrying, state("retry({o1})"), look()),
        Race(
            "retry and look at the end of the delay",
            after: retrying,
            state("retry({o1})", at: 5),
            look(at: 5)
        ),
        Race("enqueue and look", after: plans, Call(sql: "select enqueue('Hot')::text"), look()),
        Race("enqueue and look beside a line", after: full, Call(sql: "select enqueue('Hot')::text"), look()),
        Race("enqueue and complete", after: full, Call(sql: "select enqueue('Hot')::text"), complete),
        Race("set_limit to more and look", after: full, set("2"), look()),
        Race("set_limit to more and look at who comes", after: coming, set("2"), look()),
        Race("set_limit to something and look at who comes", after: closed, set("1"), look()),
        Race(
            "another plan and look at who comes",
            after: coming,
            Call(
                sql:
                    #"select register_definition('Hot', '{"main": [["A", {"limit": {"name": "hot", "max": 2}}]]}')::text"#,
                isRepeated: true
            ),
            look()
        ),
        Race("set_limit to nothing and look", after: free, set("0"), look()),
        Race("set_limit and complete", after: full, set("2"), complete),
        Race("set_limit and set_limit", after: full, set("2"), set("3")),
        Race(
            "set_limit and reset_limit",
            after: full,
            set("2"),
            Call(sql: "select maximum::text from reset_limit('hot')")
        ),
        Race(
            "complete and complete, the last two",
            after: twoSlots,
            complete,
            outcome("complete({w1}, {o2}, {c2})")
        ),
        Race("complete and look, an operation that needs both", after: twoSlots, complete, look()),
        Race("complete and recount", after: full, complete, recount),
        Race("look and recount", after: free, look(), recount),
        Race("cancel and recount", after: full, state("cancel({o2})"), recount),
        Race("enqueue and recount", after: full, Call(sql: "select enqueue('Hot')::text"), recount),
    ]
}
