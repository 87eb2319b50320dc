extension Race {
    /// Whether somebody may come to a rate in it.
    var usesRates: Bool { setUp.contains { $0.contains(#""rate""#) } }

    /// An action that starts every ten seconds, one of each customer, and one that needs a slot, too.
    private static let plans = [
        #"p1 = select register_definition('Pace', '{"main": [["A", {"rate": {"name": "x", "count": 1, "per": 10}, "backoff": {"jitter": 0}}], "B"], "side": [["S", {"rate": "x"}]]}')"#,
        #"p2 = select register_definition('Each', '{"main": [["A", {"rate": {"name": "x", "by": "customer"}}]]}')"#,
        #"p3 = select register_definition('Both', '{"main": [["A", {"rate": {"name": "y", "count": 1, "per": 1}, "limit": {"name": "y", "max": 1}}]]}')"#,
        "w1 = select register_worker('one', 1, '{default}', '{Pace/A,Pace/B,Pace/S,Each/A,Both/A}', 1, '', '1 hour')",
        "w2 = select register_worker('two', 2, '{default}', '{Pace/A,Pace/B,Pace/S,Each/A,Both/A}', 1, '', '1 hour')",
    ]
    private static let enqueued = plans + ["o1 = select enqueue('Pace')"]
    /// Two have come.
    private static let come = enqueued + ["o2 = select enqueue('Pace')"]
    /// One runs, and one is in line.
    private static let lined = come + ["c1 = select claim_id from claim({w1}, 1)"]
    /// One runs, and two are in line.
    private static let longLine =
        come + ["o3 = select enqueue('Pace')", "c1 = select claim_id from claim({w1}, 1)"]
    /// One runs, and one has come.
    private static let coming =
        enqueued + ["c1 = select claim_id from claim({w1}, 1)", "o2 = select enqueue('Pace')"]
    /// One runs, and one has its start, and waits for its slot.
    private static let both =
        plans + [
            "o1 = select enqueue('Both')", "o2 = select enqueue('Both')",
            "c1 = select claim_id from claim({w1}, 1)",
        ]
    /// Nothing may start, and one is in line.
    private static let closed =
        plans + [
            "s1 = select close_rate('x', clock_now() + '1 hour')", "o1 = select enqueue('Pace')",
            "s2 = select count(*) from claim({w1}, 1)",
        ]
    private static let keyed =
        plans + [
            #"o1 = select enqueue('Each', globals => '{"customer": "ann"}')"#,
            "c1 = select claim_id from claim({w1}, 1)",
            #"o2 = select enqueue('Each', globals => '{"customer": "ann"}')"#,
            #"o3 = select enqueue('Each', globals => '{"customer": "ben"}')"#,
        ]

    private static func look(_ worker: String = "w2", at seconds: Int = 0) -> Call {
        Call(
            sql:
                "select string_agg(format('%s|%s|%s', operation_id, claim_id, attempt), e'\\n') from claim({\(worker)}, 10)",
            at: seconds,
            isRepeated: true
        )
    }

    private static func state(_ call: String, at seconds: Int = 0) -> Call {
        Call(
            sql: "select string_agg(format('%s|%s', id, state), e'\\n' order by id) from \(call)",
            at: seconds
        )
    }

    private static func text(_ call: String, at seconds: Int = 0) -> Call {
        Call(sql: "select \(call)::text", at: seconds)
    }

    private static let complete = outcome("complete({w1}, {o1}, {c1})")
    private static let enqueue = text("enqueue('Pace')")
    private static let consume = text("date_part('epoch', consume('x'))")
    private static let close = text("close_rate('x', clock_now() + '1 hour')")
    private static let open = text("close_rate('x', null)")
    private static let backOff = text("back_off({o1}, 'x', clock_now() + '1 min')")
    private static let faster = text("(select count from set_rate('x', 1))")
    private static let recount = text("recount_limits()")

    /// Whoever comes to a rate, leaves it, uses it otherwise or changes it, beside whoever looks at it.
    static let rates: [Race] = [
        Race("look and look at who comes to a rate", after: come, look("w1"), look("w2")),
        Race("look and look at a line", after: longLine, look("w1", at: 10), look("w2", at: 10)),
        Race("look now and look later", after: longLine, look("w1", at: 8), look("w2", at: 9)),
        Race("enqueue and look at a rate", after: plans, enqueue, look()),
        Race("enqueue and look at a line", after: lined, text("enqueue('Pace')", at: 10), look(at: 10)),
        Race("consume and look at who comes", after: enqueued, consume, look()),
        Race(
            "consume and look at a line",
            after: lined,
            text("date_part('epoch', consume('x'))", at: 10),
            look(at: 10)
        ),
        Race(
            "consume and look after set_rate",
            after: keyed + [
                "s1 = select count(*) from claim({w1}, 9)", "s2 = select count from set_rate('x', 1)",
            ],
            text("date_part('epoch', consume('x', 1, 'ann'))"),
            look()
        ),
        Race("consume and consume", after: plans, consume, consume),
        Race("consume and close_rate", after: plans, consume, close),
        Race("close_rate and look at who comes", after: enqueued, close, look()),
        Race(
            "close_rate and look at a line",
            after: lined,
            text("close_rate('x', clock_now() + '1 hour')", at: 10),
            look(at: 10)
        ),
        Race("opening a rate and look", after: closed, open, look()),
        Race(
            "opening a rate and look at who comes",
            after: closed + ["o2 = select enqueue('Pace')"],
            open,
            look()
        ),
        Race("opening a rate and close_rate", after: closed, open, close),
        Race(
            "close_rate and close_rate",
            after: plans,
            close,
            text("close_rate('x', clock_now() + '2 hours')")
        ),
        Race("back_off and look", after: coming, backOff, look()),
        Race("back_off of a key and look", after: keyed, backOff, look()),
        Race("back_off of a key and consume", after: keyed, backOff, consume),
        Race("back_off and complete", after: lined, backOff, complete),
        Race("set_rate and look at who comes", after: coming, faster, look()),
        Race("set_rate and look at a line", after: lined, faster, look()),
        Race(
            "set_rate and look when one may start",
            after: longLine,
            text("(select count from set_rate('x', 1))", at: 10),
            look(at: 10)
        ),
        Race(
            "set_rate to any number and look",
            after: longLine,
            text("(select 1 from set_rate('x', null))"),
            look()
        ),
        Race("set_rate and consume", after: lined, faster, consume),
        Race("set_rate and set_rate", after: lined, faster, text("(select count from set_rate('x', 2))")),
        Race(
            "set_rate and reset_rate",
            after: lined,
            faster,
            text("(select count from reset_rate('x'))")
        ),
        Race(
            "another plan with a rate and look",
            after: coming,
            Call(
                sql:
                    #"select register_definition('Pace', '{"main": [["A", {"rate": {"name": "x", "count": 1, "per": 1}}]]}')::text"#,
                isRepeated: true
            ),
            look()
        ),
        // The look rightly takes those behind in line first, while somebody has the row of one, and then is a little later.
        Race(
            "cancel in the line of a rate and look",
            after: longLine,
            state("cancel({o2})", at: 10),
            look(at: 10),
            isSerial: false
        ),
        Race(
            "cancel of the last in the line of a rate and look",
            after: lined,
            state("cancel({o2})", at: 10),
            look(at: 10),
            isSerial: false
        ),
        Race(
            "skip in the line of a rate and look",
            after: longLine,
            state("skip({o2})", at: 10),
            look(at: 10),
            isSerial: false
        ),
        Race(
            "jump in the line of a rate and look",
            after: longLine,
            state("jump({o2}, 'side')", at: 10),
            look(at: 10),
            isSerial: false
        ),
        Race(
            "reschedule in the line of a rate and look",
            after: longLine,
            state("reschedule({o2}, clock_now() + '1 min')", at: 10),
            look(at: 10),
            isSerial: false
        ),
        Race("complete and look at a rate", after: lined, complete, look()),
        Race(
            "fail and look at a rate",
            after: lined,
            outcome("fail({w1}, {o1}, {c1}, 'Mishap', 'broken', p_retry_after => '0')"),
            look()
        ),
        Race(
            "release and look at a rate",
            after: lined,
            outcome("release_many({w1}, array[{o1}]::bigint[], array[{c1}]::bigint[])"),
            look()
        ),
        Race(
            "release of what has not begun and look at a rate",
            after: lined,
            outcome("release_many({w1}, array[{o1}]::bigint[], array[{c1}]::bigint[], false)"),
            look()
        ),
        Race(
            "retry and look at a line",
            after: lined + [
                "f1 = select outcome from fail({w1}, {o1}, {c1}, 'Mishap', 'broken', p_retry_after => '1 min')"
            ],
            state("retry({o1})", at: 10),
            look(at: 10)
        ),
        Race(
            "complete and look, a start and a slot",
            after: both,
            outcome("complete({w1}, {o1}, {c1})", at: 1),
            look(at: 1)
        ),
        Race(
            "cancel of a start before a slot and look",
            after: both,
            state("cancel({o2})", at: 1),
            look(at: 1)
        ),
        Race("look and recount of a line", after: longLine, look(at: 10), text("recount_limits()", at: 10)),
        Race("consume and recount", after: lined, consume, recount),
        Race("cancel and recount of a line", after: lined, state("cancel({o2})"), recount),
    ]
}
