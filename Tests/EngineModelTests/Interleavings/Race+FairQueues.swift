extension Race {
    /// Whether a queue is fair in it.
    var usesFairQueues: Bool {
        (setUp + [first.sql, second.sql]).contains { $0.contains("fairness") }
    }

    /// Three have come, two of them of one key.
    private static let three = [
        "w1 = select register_worker('one', 1, '{default}', '{Flow/A,Flow/B,Flow/S}', 1, '', '15 seconds')",
        "w2 = select register_worker('two', 2, '{default}', '{Flow/A,Flow/B,Flow/S}', 1, '', '1 hour')",
        #"o1 = select enqueue('Flow', '{"tenant": "a"}')"#,
        #"o2 = select enqueue('Flow', '{"tenant": "a"}')"#,
        #"o3 = select enqueue('Flow', '{"tenant": "b"}')"#,
    ]
    /// Their queue is fair, and nobody has a turn.
    private static let come = three + ["s1 = select by_global from set_queue_fairness('default', 'tenant')"]
    /// The first runs, and the others have their turns.
    private static let turned = come + ["c1 = select claim_id from claim({w1}, 1)"]
    /// One that has killed its worker, and two that have their turns.
    private static let suspect =
        turned + ["r1 = select record_crashes(array[{o1}]::bigint[], 'somebody')"]
    /// Two have their turns in a queue that is fair no more.
    private static let off = turned + ["s2 = select queue from set_queue_fairness('default', null)"]

    private static func take(_ worker: String = "w2", _ count: Int = 1) -> Call {
        Call(
            sql:
                "select string_agg(format('%s|%s|%s', operation_id, claim_id, attempt), e'\\n') from claim({\(worker)}, \(count))",
            isRepeated: count > 1,
            isRepeatedForNothing: true
        )
    }

    private static func share(_ arguments: String) -> Call {
        Call(sql: "select format('%s', by_global) from set_queue_fairness('default', \(arguments))")
    }

    private static let complete = outcome("complete({w1}, {o1}, {c1})")
    private static let cancel = Call(sql: "select format('%s|%s', id, state) from cancel({o3})")
    private static let skip = Call(sql: "select format('%s|%s', id, state) from skip({o3})")
    private static let later = Call(
        sql: "select format('%s|%s', id, state) from reschedule({o3}, clock_now() + interval '1 min')"
    )
    private static let atOnce = Call(
        sql: "select format('%s|%s', id, state) from reschedule({o3}, clock_now())"
    )
    private static let enqueue = Call(sql: #"select enqueue('Flow', '{"tenant": "c"}')::text"#)

    /// Whoever claims of a fair queue, beside all others who change what is in it.
    static let fairQueues: [Race] = [
        Race("claim and claim where nobody has a turn", after: come, take("w1"), take("w2"), isSerial: false),
        Race("claim and claim in turn", after: turned, take("w1"), take("w2"), isSerial: false),
        Race("claim of all and claim in turn", after: turned, take("w1", 10), take("w2")),
        Race(
            "claim and claim of what has turns no more",
            after: off,
            take("w1"),
            take("w2"),
            isSerial: false
        ),
        Race("claim and cancel in turn", after: turned, take("w2", 10), cancel),
        Race("claim and cancel where nobody has a turn", after: come, take("w2"), cancel, isSerial: false),
        Race("claim and skip in turn", after: turned, take("w2", 10), skip),
        Race("claim and reschedule in turn", after: turned, take("w2", 10), later),
        Race("claim and reschedule to at once", after: turned, take("w2", 10), atOnce),
        Race("claim and reschedule where nobody has a turn", after: come, take("w2"), later, isSerial: false),
        Race("claim and complete in a fair queue", after: turned, take("w2", 10), complete),
        Race("claim and enqueue in turn", after: turned, take("w2", 10), enqueue),
        Race("claim and rescue in turn", after: turned, take("w2", 10), rescue),
        Race("claim and claim_suspect in turn", after: suspect, take("w1", 10), lookForSuspects),
        Race("claim and set_queue_fairness, the first", after: three, take("w2"), share("'tenant'")),
        Race("claim and set_queue_fairness to none", after: turned, take("w2"), share("null")),
        Race("claim and set_queue_fairness to none before a turn", after: come, take("w2"), share("null")),
        Race("complete and set_queue_fairness to none", after: turned, complete, share("null")),
        Race(
            "claim and recount in turn",
            after: turned,
            take("w2"),
            Call(sql: "select recount_limits()::text")
        ),
        Race(
            "claim and set_queue_limit in turn",
            after: turned,
            take("w2", 10),
            Call(sql: "select maximum::text from set_queue_limit('default', 2)")
        ),
        Race("set_queue_fairness and set_queue_fairness", after: turned, share("'tenant'"), share("null")),
    ]
}
