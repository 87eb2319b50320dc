import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops(checksInvariants: false), .timeLimit(.minutes(10)))
struct `The invariants of a database` {
    private let database = TestDatabase.current

    @Test(
        arguments: LegalHistory.all + LegalHistory.waits + LegalHistory.approvals + LegalHistory.limits
            + LegalHistory.fairQueues
    )
    func `hold after every step of an operation that was`(
        history: LegalHistory
    )
        async throws
    {
        let engine = try await EngineDriver.start(LegalHistory.plan)
        try await engine.query(
            "update workers set handlers = handlers || '{Later/A}' where id = \(engine.worker)"
        )
        for (number, step) in history.steps.enumerated() {
            try await step(engine)
            let violations = try await database.violations()
            #expect(violations.isEmpty, "after step \(number + 1)")
        }
    }

    @Test(arguments: Corruption.all) func `tell of`(corruption: Corruption) async throws {
        try await Specimens.make()
        #expect(try await database.violations().isEmpty)
        try await database.script(corruption.sql)
        let violations = try await database.violations()
        #expect(Set(violations.map(\.invariant)) == [corruption.invariant], "\(violations)")
        #expect(violations.first?.operationID == corruption.operation)
        #expect(violations.allSatisfy { !$0.detail.isEmpty && !$0.advice.isEmpty })
    }

    @Test(
        arguments: Corruption.jobs + Corruption.brokenClaims + Corruption.brokenWaits
            + Corruption.brokenApprovals + Corruption.brokenLimits + Corruption.fairQueues
    )
    func `advise what makes a broken job whole`(corruption: Corruption) async throws {
        try await Specimens.make()
        try await database.script(corruption.sql)
        let advice = try #require(try await database.violations().first).advice
        try await database.script(advice)
        #expect(try await database.violations().isEmpty, "\(advice)")
    }

    @Test func `tell of an index that could not be built`() async throws {
        try await Specimens.make()
        await expectRefusal("23505") {
            try await database.query("create unique index concurrently once on actions (branch)")
        }
        #expect(try await database.violations().map(\.detail.unquoted) == ["index once is not valid"])
    }

    @Test func `tell of a table that belongs to somebody else`() async throws {
        let role = database.schema + "_other"
        try await database.withConnection { connection in
            try await connection.script("create role \(role); alter table workers owner to \(role)")
            let violations = try await database.violations()
            #expect(Set(violations.map(\.invariant)) == ["schema_is_sound"])
            #expect(violations.contains { $0.detail.hasPrefix("workers belongs to \(role)") })
            try await connection.script("alter table workers owner to current_user; drop role \(role)")
        }
        #expect(try await database.violations().isEmpty)
    }

    @Test func `leave a claim alone whose worker just died, and one that nobody is there to rescue`()
        async throws
    {
        try await Specimens.make()
        try await database.query("update workers set lease = '15 s', heartbeat_at = now() - interval '16 s'")
        try await database.query(
            "select register_worker('bystander', 5, '{default}', '{}', 1, '', interval '1 hour')"
        )
        #expect(try await database.violations().isEmpty, "nobody can have rescued it yet")
        try await database.query(
            "update workers set heartbeat_at = now() - interval '1 hour', started_at = now() - interval '2 hours'"
        )
        #expect(try await database.query("select from workers where heartbeat_at + lease > now()").isEmpty)
        #expect(try await database.violations().isEmpty, "nobody is there")
    }

    @Test func `hold at every moment while workers claim, complete, fail, jump and are rescued`() async throws
    {
        let plan = #"{"main": ["A", ["B", {"backoff": {"base": 0}}], "C"], "side": ["S"]}"#
        let engines = try await [EngineDriver.start(plan), .start(plan), .start(plan)]
        try await engines[0].enqueue(150)
        let looks = try await withThrowingTaskGroup(of: Int.self) { group in
            for engine in engines {
                group.addTask {
                    try await work(engine)
                    return 0
                }
            }
            group.addTask {
                var looks = 0
                while try await database.value("select exists (select from jobs)", as: Bool.self) {
                    #expect(try await database.violations().isEmpty)
                    looks += 1
                }
                return looks
            }
            return try await group.reduce(0, +)
        }
        #expect(looks > 1)
        #expect(try await database.violations().isEmpty)
    }

    /// Works until there is nothing left, and ends what it claims in every way there is.
    private func work(_ engine: EngineDriver) async throws {
        while try await engine.value("select exists (select from jobs)", as: Bool.self) {
            if let suspect = try await engine.claimSuspect() {
                try await engine.complete(suspect, continues: false)
            }
            // What it still holds was answered "busy", because another worker's claim had the row locked for a moment.
            for job in try await engine.held() + engine.claim(4) {
                switch job.claim % 7 {
                case 0: try await engine.fail(job, after: "0")
                case 1: try await engine.snooze(job, "0")
                case 2 where job.action == "main/A":
                    try await engine.complete(job, jump: "side", continues: false)
                case 3 where job.action == "main/C" && job.run < 3:
                    try await engine.complete(job, jump: "main", at: "B", continues: false)
                case 4 where job.attempt == 1:
                    try await engine.query("select record_crashes(array[\(job.operation)::int8], 'test')")
                case 5: try await engine.fail(job, permanent: true)
                default:
                    var next = try await engine.complete(job).next
                    while let current = next { next = try await engine.complete(current).next }
                }
            }
        }
    }
}
