extension Race {
    /// Whether a queue has a limit in it.
    var usesQueueLimits: Bool {
        (setUp + [first.sql, second.sql]).contains { $0.contains("queue_limit") }
    }

    private static let workers = [
        "w1 = select register_worker('one', 1, '{default}', '{Flow/A,Flow/B,Flow/S}', 1, '', '15 seconds')",
        "w2 = select register_worker('two', 2, '{default}', '{Flow/A,Flow/B,Flow/S}', 1, '', '1 hour')",
    ]
    /// Two have come, to a queue without a limit.
    private static let two = workers + ["o1 = select enqueue('Flow')", "o2 = select enqueue('Flow')"]
    /// One of them runs.
    private static let running = two + ["c1 = select claim_id from claim({w1}, 1)"]
    /// One may run, and nobody does.
    private static let free = two + ["s1 = select maximum from set_queue_limit('default', 1)"]
    /// One runs, and nobody else may.
    private static let full = free + ["c1 = select claim_id from claim({w1}, 1)"]
    /// Nobody runs, and nobody has seen it.
    private static let givenBack =
        full + ["x1 = select outcome from release_many({w1}, array[{o1}]::bigint[], array[{c1}]::bigint[])"]
    /// Two of two run, and one waits.
    private static let twoSlots =
        two + [
            "s1 = select maximum from set_queue_limit('default', 2)", "o3 = select enqueue('Flow')",
            "c1 = select claim_id from claim({w1}, 1)", "c2 = select claim_id from claim({w1}, 1)",
        ]
    /// One that has killed its worker, and one that has not; its slot is free.
    private static let suspect =
        full + [
            "r1 = select record_crashes(array[{o1}]::bigint[], 'somebody')", "a1 = select advance_limits()",
        ]

    private static func look(_ worker: String = "w2") -> Call {
        Call(
            sql:
                "select string_agg(format('%s|%s|%s', operation_id, claim_id, attempt), e'\\n') from claim({\(worker)}, 10)",
            isRepeated: true
        )
    }

    /// One that finds no limit yet, and leaves nothing out.
    private static let claim = Call(
        sql:
            "select string_agg(format('%s|%s|%s', operation_id, claim_id, attempt), e'\\n') from claim({w1}, 1)"
    )

    static let lookForSuspects = Call(
        sql:
            "select string_agg(format('%s|%s|%s', operation_id, claim_id, attempt), e'\\n') from claim_suspect({w2})",
        isRepeated: true
    )

    private static let complete = outcome("complete({w1}, {o1}, {c1})")
    private static let completeAndLeave = outcome("complete({w1}, {o1}, {c1}, p_continue => false)")
    private static let fail = outcome("fail({w1}, {o1}, {c1}, 'Mishap', 'broken')")
    private static let cancel = Call(sql: "select format('%s|%s', id, state) from cancel({o1})")

    /// One that gives a queue its first limit counts what somebody is claiming or ending when it is called again, or at the next claim.
    private static func set(_ maximum: String, isFirst: Bool = false) -> Call {
        Call(
            sql: "select maximum::text from set_queue_limit('default', \(maximum))",
            isRepeated: isFirst
        )
    }

    private static let recount = Call(sql: "select recount_limits()::text")

    /// Whoever runs something of a queue with a limit, ends it or changes the limit, beside whoever claims of it.
    static let queueLimits: [Race] = [
        Race("claim and claim at the last slot of a queue", after: free, look("w1"), look("w2")),
        Race("claim and claim at a slot that was given back", after: givenBack, look("w1"), look("w2")),
        Race("claim and claim at the limit of a queue", after: full, look("w1"), look("w2")),
        Race("complete and claim at the limit of a queue", after: full, complete, look()),
        Race("complete without going on and claim", after: full, completeAndLeave, look()),
        Race("fail and claim at the limit of a queue", after: full, fail, look()),
        Race(
            "snooze and claim at the limit of a queue",
            after: full,
            outcome("snooze({w1}, {o1}, {c1}, '1 min')"),
            look()
        ),
        Race("cancel and claim at the limit of a queue", after: full, cancel, look()),
        Race("rescue and claim at the limit of a queue", after: full, rescue, look()),
        Race("rescue and set_queue_limit", after: full, rescue, set("2")),
        Race(
            "complete and complete at the limit of a queue",
            after: twoSlots,
            completeAndLeave,
            outcome("complete({w1}, {o2}, {c2}, p_continue => false)")
        ),
        Race("claim and the first limit of a queue", after: two, claim, set("1", isFirst: true)),
        Race("complete and the first limit of a queue", after: running, complete, set("1", isFirst: true)),
        Race("fail and the first limit of a queue", after: running, fail, set("1", isFirst: true)),
        Race("cancel and the first limit of a queue", after: running, cancel, set("1", isFirst: true)),
        Race("claim and set_queue_limit to more", after: full, look(), set("2")),
        Race("claim and set_queue_limit to nothing", after: free, look(), set("0")),
        Race("claim and set_queue_limit to any number", after: full, look(), set("null")),
        Race("set_queue_limit and complete", after: full, set("2"), complete),
        Race("set_queue_limit and complete without going on", after: full, set("2"), completeAndLeave),
        Race("set_queue_limit to any number and complete", after: full, set("null"), completeAndLeave),
        Race("set_queue_limit and cancel", after: full, set("2"), cancel),
        Race("set_queue_limit and set_queue_limit", after: full, set("2"), set("3")),
        Race("set_queue_limit and set_queue_limit, the first", after: running, set("2"), set("3")),
        Race("claim_suspect and claim at the last slot of a queue", after: suspect, lookForSuspects, look()),
        Race("claim_suspect and set_queue_limit to nothing", after: suspect, lookForSuspects, set("0")),
        Race("recount and complete at the limit of a queue", after: full, recount, completeAndLeave),
        Race("recount and claim at a slot that was given back", after: givenBack, recount, look()),
        Race("recount and set_queue_limit", after: givenBack, recount, set("2")),
    ]
}
