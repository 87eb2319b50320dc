extension Race {
    /// Whether it may write signals.
    var usesSignals: Bool { setUp.contains { $0.contains("wait_for") || $0.contains("sleep") } }

    /// Plans with a wait behind an action, one that is first, and a sleep.
    private static let plans = [
        #"p1 = select register_definition('Wait', '{"main": ["A", ["W", {"wait_for": ["go", "stop"], "timeout": 10, "as": "g"}], "B"], "side": ["S"]}')"#,
        #"p2 = select register_definition('Ask', '{"main": [["W", {"wait_for": "go", "as": "g"}], "B"]}')"#,
        #"p3 = select register_definition('Nap', '{"main": [["S", {"sleep": 10}], "B"]}')"#,
        "w1 = select register_worker('one', 1, '{default}', '{Wait/A,Wait/B,Wait/S,Ask/B,Nap/B}', 1, '', '1 hour')",
        "w2 = select register_worker('two', 2, '{default}', '{Wait/A,Wait/B,Wait/S,Ask/B,Nap/B}', 1, '', '1 hour')",
    ]
    private static let running =
        plans + ["o1 = select enqueue('Wait')", "c1 = select claim_id from claim({w1}, 1)"]
    private static let waiting = running + ["x = select outcome from complete({w1}, {o1}, {c1})"]
    private static let asking = plans + ["o1 = select enqueue('Ask')", "o2 = select enqueue('Ask')"]
    private static let sleeping = plans + ["o1 = select enqueue('Nap')", "o2 = select enqueue('Nap')"]
    private static let timedOut =
        waiting + [
            "y = select set_config('backops.now', to_timestamp(1767225610)::text, false)",
            "z = select advance_waits()",
        ]

    /// After an enqueue under a key whose operation begins in five seconds, or waits.
    private static func keyed(_ mode: String, isWaiting: Bool = false) -> [String] {
        plans + [
            "o1 = select id from enqueue_keyed('Ask', 'k', '\(mode)'\(isWaiting ? "" : ", perform_in => '5 s'"))"
        ]
    }

    private static func signal(_ arguments: String = "'go'", at seconds: Int = 0) -> Call {
        Call(sql: "select signal({o1}, \(arguments))", at: seconds)
    }

    private static func state(_ call: String, at seconds: Int = 0) -> Call {
        Call(
            sql: "select string_agg(format('%s|%s', id, state), e'\\n' order by id) from \(call)",
            at: seconds
        )
    }

    private static func enqueue(_ mode: String) -> Call {
        Call(
            sql: "select format('%s|%s', id, outcome) from enqueue_keyed('Ask', 'k', '\(mode)', '{\"b\": 2}')"
        )
    }

    private static let complete = Call(
        sql:
            "select format('%s|%s|%s', operation_id, claim_id, outcome) from complete({w1}, {o1}, {c1}, '{\"a\": 1}')"
    )
    private static func complete(jump branch: String) -> Call {
        Call(
            sql:
                "select format('%s|%s|%s', operation_id, claim_id, outcome) from complete({w1}, {o1}, {c1}, null, null, '\(branch)')"
        )
    }

    /// What every claim does, again and again; how many it looked at depends on what was left.
    private static let deadline = Call(sql: "select ''::text from advance_waits()", at: 10, isRepeated: true)
    private static let claim = Call(
        sql:
            "select string_agg(format('%s|%s|%s', operation_id, claim_id, attempt), e'\\n') from claim({w2}, 10)",
        at: 10,
        isRepeated: true
    )

    /// Whoever brings an operation to a wait or lets it go on, beside whoever else may.
    static let waits: [Race] =
        [
            Race("signal and complete", after: running, signal("'go', '1'"), complete),
            Race("signal and complete with a jump", after: running, signal(), complete(jump: "side")),
            Race("signal and a deadline", after: waiting, signal(at: 10), deadline),
            Race("signal and claim", after: waiting, signal(at: 10), claim),
            Race("signal and cancel", after: waiting, signal(), state("cancel({o1})")),
            Race("signal and cancel of what runs", after: running, signal(), state("cancel({o1})")),
            Race("signal and signal", after: waiting, signal("'go', '1'"), signal("'stop', '2'")),
            Race(
                "signal and signal of one key",
                after: waiting,
                signal("'go', '1', 'k'"),
                signal("'go', '2', 'k'")
            ),
            Race("signal and skip", after: waiting, signal(), state("skip({o1})")),
            Race("signal and jump", after: waiting, signal(), state("jump({o1}, 'main', 'W')")),
            Race("signal and retry", after: timedOut, signal(at: 10), state("retry({o1})", at: 10)),
            Race(
                "signal and reschedule",
                after: waiting,
                signal(),
                state("reschedule({o1}, clock_now() + '1 min')")
            ),
            Race(
                "signal and set_global",
                after: waiting,
                signal("'go', '1'"),
                state("set_global({o1}, 'b', '2')")
            ),
            Race("deadline and deadline", after: sleeping, deadline, deadline),
            Race("deadline and cancel", after: waiting, deadline, state("cancel({o1})", at: 10)),
            Race(
                "deadline and reschedule",
                after: waiting,
                deadline,
                state("reschedule({o1}, clock_now() + '1 min')", at: 10)
            ),
            Race("wake_up and deadline", after: sleeping, state("wake_up({o1})", at: 10), deadline),
            Race(
                "wake_up and wake_up of several, in opposite order",
                after: sleeping,
                state("wake_up(array[{o1}, {o2}]::bigint[])"),
                state("wake_up(array[{o2}, {o1}]::bigint[])")
            ),
            Race(
                "signal and signal of all that wait",
                after: asking,
                signal("'go', '1', 'k'"),
                Call(sql: "select string_agg(id::text, e'\\n' order by id) from signal_where('go', '1', 'k')")
            ),
            Race(
                "signal by key and unless_active",
                after: keyed("unless_active", isWaiting: true),
                Call(sql: "select signal('Ask', 'k', 'go', '1')"),
                enqueue("unless_active")
            ),
            Race(
                "signal by key and cancel_and_replace",
                after: keyed("cancel_and_replace", isWaiting: true),
                Call(sql: "select signal('Ask', 'k', 'go', '1')"),
                enqueue("cancel_and_replace")
            ),
        ]
        + ["replace_waiting", "debounce 5 s at most 1 min merge"].flatMap { mode in
            [
                Race("signal and \(mode)", after: keyed(mode), signal("'go', '1'"), enqueue(mode)),
                Race(
                    "signal to a wait and \(mode)",
                    after: keyed(mode, isWaiting: true),
                    signal("'go', '1'"),
                    enqueue(mode)
                ),
            ]
        }
}
