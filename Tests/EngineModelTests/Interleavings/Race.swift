import Testing

/// Two calls that may meet over the same rows, and what was there before.
///
/// Texts are SQL in which `{name}` stands for what an earlier statement gave: `o1 = select enqueue('Flow')`.
struct Race: Sendable, CustomTestStringConvertible {
    /// One of the two calls.
    struct Call: Sendable {
        /// Gives at most one column; several rows are several lines.
        let sql: String
        /// Seconds by the session's clock: two sessions may read different times.
        var at = 0
        /// Whether somebody makes this call again and again, so that what it skipped is found a moment later.
        var isRepeated = false
        /// Whether somebody does so only as long as there is nothing.
        var isRepeatedForNothing = false
    }

    let name: String
    let setUp: [String]
    let first: Call
    let second: Call
    /// False where a call that is rolled back, or stopped halfway, rightly leaves to the other what no serial order leaves to it.
    let isSerial: Bool

    var testDescription: String { name }

    /// Whether it may write entries of keys.
    var usesKeys: Bool { (setUp + [first.sql, second.sql]).contains { $0.contains("enqueue_keyed") } }

    init(_ name: String, after setUp: [String], _ first: Call, _ second: Call, isSerial: Bool = true) {
        self.isSerial = isSerial
        self.name = name
        self.setUp = setUp
        self.first = first
        self.second = second
    }
}

extension Race {
    private static let workers = [
        "w1 = select register_worker('one', 1, '{default}', '{Flow/A,Flow/B,Flow/S,Late/A}', 1, '', '15 seconds')",
        "w2 = select register_worker('two', 2, '{default}', '{Flow/A,Flow/B,Flow/S,Late/A}', 1, '', '15 seconds')",
    ]
    private static let two = workers + ["o1 = select enqueue('Flow')", "o2 = select enqueue('Flow')"]
    private static let claimed =
        two + [
            "c1 = select claim_id from claim({w1}, 1)",
            "c2 = select claim_id from claim({w1}, 1)",
        ]
    private static let failed =
        claimed + ["f1 = select outcome from fail({w1}, {o1}, {c1}, 'Mishap', 'broken', p_permanent => true)"]

    private static func claim(_ worker: String, _ limit: Int = 10) -> Call {
        Call(
            sql: """
                select string_agg(format('%s|%s|%s', operation_id, claim_id, attempt), e'\\n') from claim({\(worker)}, \(limit))
                """,
            isRepeated: true
        )
    }

    static func outcome(_ call: String, at seconds: Int = 0) -> Call {
        Call(
            sql:
                "select string_agg(format('%s|%s|%s', operation_id, claim_id, outcome), e'\\n' order by operation_id) from \(call)",
            at: seconds
        )
    }

    private static func complete(at seconds: Int = 0) -> Call {
        outcome("complete({w1}, {o1}, {c1}, '{\"a\": 1}')", at: seconds)
    }

    private static func fail(at seconds: Int = 0) -> Call {
        outcome("fail({w1}, {o1}, {c1}, 'Mishap', 'broken')", at: seconds)
    }

    private static func completeBoth(_ operations: String, _ claims: String) -> Call {
        outcome(
            "complete_many({w1}, array[\(operations)]::bigint[], array[\(claims)]::bigint[], array[null, null]::jsonb[], array[null, null]::integer[])"
        )
    }

    private static func state(_ call: String) -> Call {
        Call(sql: "select string_agg(format('%s|%s', id, state), e'\\n' order by id) from \(call)")
    }

    /// The lease of what was claimed at 0 ends at 15.
    static let rescue = Call(
        sql:
            "select string_agg(format('%s|%s', worker_id, rescued), e'\\n' order by worker_id) from rescue()",
        at: 16,
        isRepeated: true
    )

    private static func checkpoint(at seconds: Int = 0) -> Call {
        Call(sql: #"select format('%s', checkpoint({w1}, {o1}, {c1}, '{"set": {"a": 1}}'))"#, at: seconds)
    }

    private static let heartbeat = Call(
        sql: "select format('%s|%s', alive, suspects) from heartbeat({w1})",
        at: 14
    )

    /// It skips a job that is locked; then the worker stays, and may say goodbye again.
    private static func goodbye(at seconds: Int = 0) -> Call {
        Call(sql: "select unregister_worker({w1})::text", at: seconds, isRepeated: true)
    }

    /// Registering is what every worker does when it starts, and unpark what it does from time to time.
    private static func register(_ plan: String = #"{"main": ["A"]}"#) -> Call {
        Call(sql: "select register_definition('Late', '\(plan)')::text", isRepeated: true)
    }

    /// After an enqueue under the key, whose operation waits, has begun, or is not there yet.
    private static func keyed(_ mode: String, isClaimed: Bool = false) -> [String] {
        workers + ["o1 = select id from enqueue_keyed('Flow', 'k', '\(mode)', '{\"a\": 1}')"]
            + (isClaimed ? ["c1 = select claim_id from claim({w1}, 1)"] : [])
    }

    private static func enqueue(_ mode: String, _ globals: String = #"{"b": 2}"#) -> Call {
        Call(
            sql:
                "select format('%s|%s', id, outcome) from enqueue_keyed('Flow', 'k', '\(mode)', '\(globals)')"
        )
    }

    private static let failure = outcome("fail({w1}, {o1}, {c1}, 'Mishap', 'broken', p_permanent => true)")

    static let all: [Race] = keys + others + waits + approvals + limits + rates + queueLimits + fairQueues

    private static let modes = [
        "unless_active", "replace_waiting", "cancel_and_replace", "throttle 1 min",
        "debounce 5 s at most 1 min merge",
    ]

    /// Two enqueues under one key, where it is free and where it is taken, and one beside a call about the key's operation.
    private static let keys: [Race] =
        modes.flatMap { mode in
            [
                Race("\(mode), twice", after: workers, enqueue(mode), enqueue(mode, #"{"c": 3}"#)),
                Race("\(mode), twice again", after: keyed(mode), enqueue(mode), enqueue(mode, #"{"c": 3}"#)),
                Race("\(mode) and claim", after: keyed(mode), enqueue(mode), claim("w1")),
                Race(
                    "\(mode) and set_global",
                    after: keyed(mode),
                    enqueue(mode),
                    state("set_global({o1}, 'd', '4')")
                ),
                Race("\(mode) and cancel", after: keyed(mode), enqueue(mode), state("cancel({o1})")),
                Race("\(mode) and complete", after: keyed(mode, isClaimed: true), enqueue(mode), complete()),
            ]
        } + [
            Race(
                "unless_active and fail",
                after: keyed("unless_active", isClaimed: true),
                enqueue("unless_active"),
                failure
            ),
            Race(
                "cancel_and_replace and fail",
                after: keyed("cancel_and_replace", isClaimed: true),
                enqueue("cancel_and_replace"),
                failure
            ),
            Race(
                "cancel_and_replace and rescue",
                after: keyed("cancel_and_replace", isClaimed: true),
                enqueue("cancel_and_replace"),
                rescue
            ),
            Race(
                "replace_waiting and jump",
                after: keyed("replace_waiting"),
                enqueue("replace_waiting"),
                state("jump({o1}, 'side')")
            ),
        ]

    private static let others: [Race] = [
        // Who takes one job only has taken the second by the time the taker of the first rolls back; and of two who take
        // what they can get, each may get one.
        Race("claim and claim, a job each", after: two, claim("w1", 1), claim("w2", 1), isSerial: false),
        Race("claim and claim, as many as there are", after: two, claim("w1"), claim("w2"), isSerial: false),
        Race("claim and cancel", after: two, claim("w1"), state("cancel({o1}, 'why')")),
        Race("claim and jump", after: two, claim("w1"), state("jump({o1}, 'side')")),
        Race("claim and skip", after: two, claim("w1"), state("skip({o1})")),
        Race("claim and rescue", after: claimed, claim("w2"), rescue),
        Race("complete and rescue", after: claimed, complete(at: 14), rescue),
        Race("complete and cancel", after: claimed, complete(), state("cancel({o1})")),
        Race("complete and complete, the same claim", after: claimed, complete(), complete()),
        Race(
            "complete and complete, overlapping batches",
            after: claimed,
            completeBoth("{o1}, {o2}", "{c1}, {c2}"),
            completeBoth("{o2}, {o1}", "{c2}, {c1}")
        ),
        Race("complete and fail, the same claim", after: claimed, complete(), fail()),
        Race("complete and retry", after: claimed, complete(), state("retry({o1})")),
        Race(
            "complete and set_global",
            after: claimed,
            complete(),
            state("set_global({o1}, 'b', '2')")
        ),
        Race("complete and a goodbye", after: claimed, complete(), goodbye()),
        Race("fail and rescue", after: claimed, fail(at: 14), rescue),
        Race("fail and cancel", after: claimed, fail(), state("cancel({o1})")),
        Race(
            "snooze and cancel",
            after: claimed,
            outcome("snooze({w1}, {o1}, {c1}, '1 min')"),
            state("cancel({o1})")
        ),
        Race(
            "snooze and rescue",
            after: claimed,
            outcome("snooze({w1}, {o1}, {c1}, '1 min')", at: 14),
            rescue
        ),
        Race("checkpoint and rescue", after: claimed, checkpoint(at: 14), rescue),
        Race("checkpoint and cancel", after: claimed, checkpoint(), state("cancel({o1})")),
        Race("checkpoint and set_global", after: claimed, checkpoint(), state("set_global({o1}, 'b', '2')")),
        Race("heartbeat and rescue", after: claimed, heartbeat, rescue),
        Race("rescue and rescue", after: claimed, rescue, rescue),
        Race("a goodbye and rescue", after: claimed, goodbye(at: 14), rescue),
        Race("retry and retry", after: failed, state("retry({o1})"), state("retry({o1})")),
        Race("retry and run_from", after: failed, state("retry({o1})"), state("run_from({o1}, 'side')")),
        Race("skip and jump", after: failed, state("skip({o1})"), state("jump({o1}, 'main', 'B')")),
        Race("cancel and cancel", after: claimed, state("cancel({o1}, 'one')"), state("cancel({o1}, 'two')")),
        Race(
            "cancel and cancel of several, in opposite order",
            after: two,
            state("cancel(array[{o1}, {o2}]::bigint[], 'one')"),
            state("cancel(array[{o2}, {o1}]::bigint[], 'two')")
        ),
        Race(
            "retry and retry of several, in opposite order",
            after: two + ["x = select count(*) from cancel(array[{o1}, {o2}]::bigint[])"],
            state("retry(array[{o1}, {o2}]::bigint[])"),
            state("retry(array[{o2}, {o1}]::bigint[])")
        ),
        Race("cancel and rescue", after: claimed, state("cancel({o1})"), rescue),
        Race(
            "enqueue of an unknown name and its registration",
            after: workers,
            Call(sql: "select enqueue('Late')::text"),
            register()
        ),
        Race(
            "cancel of a parked operation and its registration",
            after: workers + ["o1 = select enqueue('Late')"],
            state("cancel({o1})"),
            register()
        ),
        Race(
            "registration and registration of another version",
            after: workers + ["o1 = select enqueue('Late')"],
            register(),
            register(#"{"main": ["A", "B"]}"#)
        ),
        Race(
            "enqueue and enqueue with the same key",
            after: workers,
            Call(sql: #"select enqueue('Flow', '{"a": 1}', 'k')::text"#),
            Call(sql: #"select enqueue('Flow', '{"a": 1}', 'k')::text"#)
        ),
    ]
}
