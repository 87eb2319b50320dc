import BackOps
import BackOpsTesting
import LibPQ
import Testing

/// Eight sessions that sweep schedules for two years of virtual time, while some die in the middle of it and some freeze.
struct SweptYears {
    /// The beginning and the end of the two years, as `expected-slots.txt` has them.
    static let beginning = 1_672_531_200.0
    static let end = 1_735_689_600.0

    /// What becomes of a session in a round.
    enum Fate: Sendable {
        case sweeps
        /// It ends itself before it writes a row of a table, after so many others.
        case dies(table: String, writes: Int)
        /// Somebody else ends it at any moment.
        case isEnded
        /// Its transaction stays open until all others have swept, and is rolled back.
        case freezes
    }

    let engine: EngineDriver
    private(set) var rounds = 0
    private(set) var deaths = 0
    private(set) var freezes = 0
    private var random: JitterGenerator
    private var sessions: [EngineDriver] = []
    private(set) var now = beginning
    /// Operations that stay active for a while.
    private var held: [EngineDriver.Job] = []

    init(seed: Int, schedules: Int) async throws {
        random = JitterGenerator(seed: UInt64(seed))
        engine = try await EngineDriver.start(#"{"main": ["A"]}"#, name: "Report")
        try await engine.writeTimesAsExpected()
        try await engine.connection.script(SweptSlots.log(schema: TestDatabase.current.schema))
        for _ in 1...8 { sessions.append(try await EngineDriver.start(handlers: [])) }
        try await engine.travel(to: now)
        for number in 1...schedules {
            try await engine.query(SQLStatement(unescaped: schedule(number)))
        }
    }

    // MARK: - Chance

    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    private static let zones = [
        "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Atlantic/Azores", "America/New_York",
        "America/St_Johns", "America/Los_Angeles", "America/Santiago", "America/Havana", "America/Nuuk",
        "America/Asuncion", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Chatham",
        "Asia/Beirut", "Asia/Kolkata", "Africa/Cairo", "Africa/Casablanca",
    ]

    private static let rare = [
        "cron => '45 0 * * sun#2,satL'", "cron => '5 23 L * *'", "cron => '30 2 1 * *'",
        "cron => '15 1 8-14 3,10 *'",
        "cron => '0 0 15 */2 *'", "cron => '@monthly'", "every => '27 days 11 hours'",
    ]

    private mutating func schedule(_ number: Int) -> String {
        let slots =
            switch number % 50 {
            case 0: number == 250 ? "cron => '0 * * * *'" : "cron => '0 */3 * * *'"
            case 1: pick(["cron => '30 2 * * *'", "cron => '0 0 * * *'", "every => '25 hours'"])
            case 2..<8:
                pick(["cron => '0 1,2,3 * * sun'", "cron => '30 1 13 * fri'", "every => '7 days 1 second'"])
            default: pick(Self.rare)
            }
        let overlap = pick(["skip", "buffer", "allow", "cancel"])
        let catchUp = pick(["latest", "latest", "all", "none"])
        var arguments = [
            "'s\(number)'", "'Report'", slots, "time_zone => '\(pick(Self.zones))'",
            "overlap => '\(overlap)'",
            "catch_up => '\(catchUp)'",
            "catch_up_window => '\(pick(["1 day", "6 hours", "10 days", "60 days"]))'",
            "jitter => '\(pick(["0", "0", "10 minutes", "3 hours"]))'",
        ]
        if catchUp == "all" {
            arguments.append("catch_up_limit => \(overlap == "allow" ? pick([3, 1000]) : 5)")
        }
        if below(8) == 0 { arguments.append("pause_after_failures => \(1 + below(3))") }
        if below(10) == 0 {
            arguments.append("starts_at => to_timestamp(\(Self.beginning) + \(below(9_000_000)))")
        }
        if below(10) == 0 { arguments.append("ends_at => to_timestamp(\(Self.end) - \(below(9_000_000)))") }
        return "select schedule(\(arguments.joined(separator: ", ")))"
    }

    private mutating func fate() -> Fate {
        switch below(24) {
        case 0: .dies(table: pick(["operations", "schedules", "skipped_slots"]), writes: below(6))
        case 1: .isEnded
        case 2: .freezes
        case 3: .freezes
        default: .sweeps
        }
    }

    /// On by seconds, hours or days, and often to the moment when a schedule is due.
    private mutating func advance() async throws {
        switch below(20) {
        case 0..<8:
            let due = try await engine.values(
                "select extract(epoch from due_at)::float8 from schedules where due_at > clock_now() order by md5(name || \(rounds)) limit 1",
                as: Double.self
            )
            now = min(due.first ?? .infinity, now + 4 * 86_400) + Double(below(50)) / 7
        case 8..<11: now += Double(1 + below(300))
        case 11..<17: now += Double(below(48 * 3600)) + 0.3
        case 17..<19: now += Double(below(5 * 86_400)) + 0.7
        default: now += Double(below(20 * 86_400)) + 0.1
        }
    }

    // MARK: - Rounds

    /// Lets two years pass.
    mutating func pass() async throws {
        while now < Self.end {
            rounds += 1
            try await advance()
            try await sweep(fates: (1...8).map { _ in fate() })
            try await work()
            try await steer()
        }
    }

    /// Ends what is active and every pause, and sweeps until nothing waits any more.
    mutating func settle() async throws {
        try await engine.query("select resume_schedule(name) from schedules where paused_at is not null")
        try await engine.query("update schedules set pause_after_failures = null")
        for _ in 1...500 {
            now += 10
            try await sweep(fates: Array(repeating: .sweeps, count: 8))
            try await end(held + engine.claim(1000), failing: false)
            held = []
            if try await engine.value(
                "select count(*) = 0 from schedules where buffered_slot is not null or due_at <= clock_now() + interval '5 seconds'",
                as: Bool.self
            ) {
                return
            }
        }
        Issue.record("schedules have slots that wait for ever")
    }

    private mutating func sweep(fates: [Fate]) async throws {
        let now = self.now
        try await engine.travel(to: now)
        let outcomes = try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
            for (index, fate) in fates.enumerated() {
                let (session, engine) = (sessions[index], engine)
                group.addTask { (index, try await session.sweep(at: now, fate: fate, engine)) }
            }
            return try await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
        }
        for (index, lives) in outcomes {
            if !lives {
                deaths += 1
                sessions[index] = try await EngineDriver.start(handlers: [])
            } else if case .freezes = fates[index] {
                freezes += 1
                try await sessions[index].query("rollback")
            }
        }
        // What the dead and the frozen had taken is due again.
        while try await engine.value("select schedules_due_in() <= interval '0'", as: Bool.self) {
            try await engine.query("select run_schedules(60)")
        }
    }

    /// Of the operations that wait most complete, some fail, and some stay active for a while.
    private mutating func work() async throws {
        guard below(4) > 0 else { return }
        var (completed, failed, kept) = ([EngineDriver.Job](), [EngineDriver.Job](), [EngineDriver.Job]())
        for job in held + (try await engine.claim(1000)) {
            switch below(10) {
            case 0..<6: completed.append(job)
            case 6..<8: failed.append(job)
            default: kept.append(job)
            }
        }
        held = kept
        try await end(completed, failing: false)
        try await end(failed, failing: true)
    }

    private func end(_ jobs: [EngineDriver.Job], failing: Bool) async throws {
        guard !jobs.isEmpty else { return }
        let (operations, claims) = (jobs.map(\.operation), jobs.map(\.claim))
        let nothing = "array_fill(null::text, array[\(jobs.count)])"
        try await engine.query(
            failing
                ? """
                select outcome from fail_many(\(engine.worker), \(operations), \(claims), array_fill('failed'::text, array[\(Int32(jobs.count))]),
                  array_fill(true, array[\(Int32(jobs.count))]), (\(unescaped: nothing))::interval[], \(unescaped: nothing), \(unescaped: nothing), \(unescaped: nothing))
                """
                : """
                select outcome from complete_many(\(engine.worker), \(operations), \(claims), (\(unescaped: nothing))::jsonb[], (\(unescaped: nothing))::integer[])
                """
        )
    }

    /// Now and then somebody pauses a schedule, and another one is resumed.
    private mutating func steer() async throws {
        switch below(6) {
        case 0:
            try await engine.query(
                """
                select pause_schedule(name, 'rest', clock_now() + make_interval(hours => \(Int32(1 + below(400)))))
                  from schedules order by md5(name || \(rounds)) limit 2
                """
            )
        case 1:
            try await engine.query(
                "select resume_schedule(name) from schedules where paused_at is not null order by md5(name || \(rounds)) limit 2"
            )
        default: break
        }
    }
}

extension EngineDriver {
    fileprivate func travel(to seconds: Double) async throws {
        try await query("select set_config('backops.now', to_timestamp(\(seconds))::text, false)")
    }

    /// Sweeps until nothing is due that no other session has.
    ///
    /// - Returns: False if the session was ended.
    fileprivate func sweep(
        at seconds: Double,
        fate: SweptYears.Fate,
        _ engine: EngineDriver
    ) async throws -> Bool {
        do {
            try await travel(to: seconds)
            switch fate {
            case .sweeps: break
            case .dies(let table, let writes):
                try await query(
                    "select set_config('sweep.dies_at', \(table), false), set_config('sweep.writes', \(String(writes)), false)"
                )
            case .isEnded:
                let backend = try await connection.run { $0.backendPID }
                async let sweeping: Void = sweepAll()
                try await engine.query("select pg_terminate_backend(\(backend))")
                try await sweeping
                // The end may come after the sweep; it comes with the next statement at the latest.
                while true { try await query("select 1") }
            case .freezes:
                try await query("begin")
                try await query("select run_schedules(20)")
                return true
            }
            try await sweepAll()
            try await query("select set_config('sweep.dies_at', '', false)")
            return true
        } catch let error as PQError
            where error.sqlState == SQLState("57P01") || error.code == .connectionLost
        {
            return false
        }
    }

    private func sweepAll() async throws {
        while try await value("select count(*) > 0 from run_schedules(60)", as: Bool.self) {}
    }
}
