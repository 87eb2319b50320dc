import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import CoreMetrics
import LibPQ
import Logging
import MetricsTestKit
import Synchronization
import TestSupport
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Notes the slot that it runs for.
private struct Report: OperationDefinition {
    static let name = "Report"
    let journal: Journal
    var branches: [Branch] {
        Do("First") { context in journal.note("first \(context.slot?.ISO8601Format() ?? "none")") }
        Do("Second") { context in journal.note("second \(context.slot?.ISO8601Format() ?? "none")") }
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `A worker with schedules` {
    private let journal = Journal()

    private func worker(
        runsSchedules: Bool = true,
        interval: Duration = .milliseconds(20)
    ) throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.runsSchedules = runsSchedules
        configuration.schedulePace = SchedulePace(interval: interval, listeningInterval: interval)
        configuration.pollInterval = .milliseconds(50)
        let logger = Logger(label: "test") { _ in RecordingLogHandler(journal: journal) }
        return try BackOpsWorker(TestDatabase.current.database, configuration: configuration, logger: logger)
        {
            Report(journal: journal)
        }
    }

    private func schedule(_ slot: String, _ name: String = "r") async throws {
        try await TestDatabase.current.query(
            """
            insert into schedules (name, operation, cron, starts_at, catch_up_window, decided_until, next_at, due_at)
              values (\(name), 'Report', '30 2 1 1 *', '2000-01-01+00', '3650 days', \(slot)::timestamptz - interval '1 second',
                      \(slot)::timestamptz, \(slot)::timestamptz)
            """
        )
    }

    @Test func `runs what is due, and every action learns the slot`() async throws {
        try await schedule("2024-01-01 02:30+00")
        let last: String = try await TestDatabase.current.value(
            """
            select to_char(last_schedule_slot(s, parse_cron(cron), decided_until, clock_now()) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
              from schedules s
            """
        )
        try await working(worker()) {
            try await eventually("both actions have run") { journal.entries.contains("second \(last)") }
        }
        #expect(journal.entries.contains("first \(last)"))
    }

    @Test func `counts the slots, and how late they are`() async throws {
        try await schedule("2024-01-01 02:30+00")
        let metrics = TestMetrics()
        try await withMetricsFactory(metrics) {
            try await working(worker()) {
                try await eventually("it has run") { journal.entries.contains { $0.hasPrefix("second ") } }
            }
        }
        let ran = try metrics.expectCounter(
            "backops_schedule_slots_total",
            [("schedule", "r"), ("outcome", "enqueued"), ("reason", "")]
        )
        #expect(ran.totalValue == 1)
        let skipped = try metrics.expectCounter(
            "backops_schedule_slots_total",
            [("schedule", "r"), ("outcome", "skipped"), ("reason", "late")]
        )
        #expect(skipped.totalValue >= 2)
        let lateness = try metrics.expectRecorder("backops_schedule_lateness_seconds", [])
        #expect(lateness.values.count == 1)
    }

    @Test func `takes in a schedule that is created while it works`() async throws {
        try await working(worker()) {
            try await eventually("it has started") {
                journal.entries.contains { $0.contains("worker started") }
            }
            try await TestDatabase.current.query("select schedule('often', 'Report', cron => '* * * * * *')")
            try await eventually("a slot has run") { journal.entries.contains { $0.hasPrefix("second ") } }
        }
        #expect(!journal.entries.contains("second none"))
    }

    @Test func `shares the slots with others: each runs once`() async throws {
        for number in 1...20 { try await schedule("2024-01-01 02:30+00", "s\(number)") }
        try await working(worker()) {
            try await working(worker()) {
                try await eventually("all have run") {
                    try await TestDatabase.current.value(
                        "select count(*) = 20 from operations where state = 'completed'"
                    )
                }
            }
        }
        #expect(
            try await TestDatabase.current.value(
                "select sum(run_count)::integer from schedules",
                as: Int.self
            ) == 20
        )
    }

    @Test func `leaves them alone where it is told to`() async throws {
        try await schedule("2024-01-01 02:30+00")
        try await working(worker(runsSchedules: false)) {
            let id: Int64 = try await TestDatabase.current.value(
                "insert into operations (name) values ('Report') returning id"
            )
            try await eventually("an operation has run") {
                try await TestDatabase.current.value(
                    "select state = 'completed' from operations where id = \(id)"
                )
            }
        }
        #expect(journal.entries.contains("second none"))
        #expect(try await TestDatabase.current.value("select run_count from schedules", as: Int64.self) == 0)
    }

    private func declaring(_ schedules: [Schedule]?, runsSchedules: Bool = true) throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.application = "shop"
        configuration.runsSchedules = runsSchedules
        configuration.declarationInterval = .milliseconds(50)
        let logger = Logger(label: "test") { _ in RecordingLogHandler(journal: journal) }
        return try BackOpsWorker(
            TestDatabase.current.database,
            configuration: configuration,
            schedules: schedules,
            logger: logger
        ) { Report(journal: journal) }
    }

    /// Waits until the schedules are these, as `name status cron`.
    private func expect(_ schedules: String...) async throws {
        try await eventually("the schedules are \(schedules)") {
            try await TestDatabase.current.query(
                "select name || ' ' || status || ' ' || slots from schedule_status order by name"
            ).map { try $0.decode(0, as: String.self) } == schedules
        }
    }

    @Test func `declares the schedules of its code, and pauses what the code no longer names`() async throws {
        let daily = Schedule("daily", Report.self, .cron("30 2 1 1 *"), globals: ["x": 1])
        let weekly = Schedule("weekly", Report.self, .cron("0 4 1 1 *"), jitter: .seconds(5))
        let changed = Schedule("daily", Report.self, .cron("30 3 1 1 *"))
        try await working(declaring([daily, weekly], runsSchedules: false)) {
            try await expect("daily active 30 2 1 1 *", "weekly active 0 4 1 1 *")
            try await working(declaring([changed])) {
                try await expect("daily active 30 3 1 1 *", "weekly paused 0 4 1 1 *")
            }
            // A rollback: the newer worker is gone.
            try await expect("daily active 30 2 1 1 *", "weekly active 0 4 1 1 *")
        }
        try await working(declaring(nil)) {
            try await eventually("it has started") {
                journal.entries.filter { $0.contains("worker started") }.count == 3
            }
        }
        try await expect("daily active 30 2 1 1 *", "weekly active 0 4 1 1 *")
        #expect(journal.entries.contains("paused a schedule that the code no longer names"))
    }

    @Test func `does not start with a schedule that cannot be one`() async throws {
        let worker = try declaring([Schedule("daily", Report.self, .cron("0 0 32 * *"))])
        let error = await #expect(throws: (any Error).self) { try await worker.run() }
        #expect("\(error.map { "\($0)" } ?? "")".lowercased().contains("day of month: 32 is not 1 to 31"))
        #expect(try await TestDatabase.current.value("select count(*) from workers", as: Int.self) == 0)
    }

    @Test func `says which of its schedules somebody else has`() async throws {
        try await TestDatabase.current.query("select schedule('daily', 'Report', '0 0 1 1 *')")
        try await working(declaring([Schedule("daily", Report.self, .cron("30 2 1 1 *"))])) {
            try await eventually("it says so") {
                journal.entries.contains { $0.hasPrefix("a declared schedule was not applied") }
            }
        }
        try await expect("daily active 0 0 1 1 *")
    }

    @Test(.enabled(if: TestServer.workersListen, "Workers do not listen in this run."))
    func `is woken by a schedule whose slot comes soon`() async throws {
        try await working(worker(interval: .seconds(3600))) {
            try await eventually("it has started") {
                journal.entries.contains { $0.contains("worker started") }
            }
            let tag = Mutex(0)
            try await eventually("a slot has run") {
                let number = tag.withLock { tag in
                    tag += 1
                    return tag
                }
                try await TestDatabase.current.query(
                    "select schedule('often', 'Report', cron => '* * * * * *', tags => array[\("\(number)")])"
                )
                return journal.entries.contains { $0.hasPrefix("second ") }
            }
        }
        #expect(!journal.entries.contains("second none"))
    }

    @Test func `runs a backfill, as an operation of its own`() async throws {
        try await TestDatabase.current.query(
            "select schedule('yearly', 'Report', '0 0 1 1 *', starts_at => '2040-01-01+00', queue => 'default')"
        )
        try await withClient { client in
            let start = Date(timeIntervalSince1970: 1_577_836_800)
            let handle = try await client.backfill(
                "yearly",
                from: start,
                to: start.addingTimeInterval(2 * 366 * 86_400),
                concurrency: 2
            )
            try await working(worker(runsSchedules: false)) {
                try await eventually("it is done") { try await handle.record().state == .completed }
            }
            #expect(try await handle.record().globals["done"] == 3)
        }
        #expect(
            Set(journal.entries.filter { $0.hasPrefix("second ") })
                == [
                    "second 2020-01-01T00:00:00Z", "second 2021-01-01T00:00:00Z",
                    "second 2022-01-01T00:00:00Z",
                ]
        )
    }

    @Test func `ends a backfill whose schedule is gone, with the reason`() async throws {
        try await TestDatabase.current.query("select schedule('hourly', 'Report', '0 * * * *')")
        try await withClient { client in
            let handle = try await client.backfill(
                "hourly",
                from: Date(timeIntervalSince1970: 0),
                to: Date(timeIntervalSince1970: 7200)
            )
            try await client.unschedule("hourly")
            try await working(worker(runsSchedules: false)) {
                try await eventually("it has failed") { try await handle.record().state == .failed }
            }
            #expect(
                try await handle.record().error?.message.contains("here is no schedule \"hourly\"") == true
            )
        }
    }

    @Test func `looks when the next schedule is due, and every few seconds otherwise`() {
        let pace = SchedulePace(interval: .seconds(4), listeningInterval: .seconds(20))
        var generator = SystemRandomNumberGenerator()
        func pause(_ step: SchedulePace.Step) -> Duration {
            if case .rest(let pause) = step { pause } else { .zero }
        }
        #expect(pace.step(afterSweep: true, using: &generator) == .look)
        for _ in 1...100 {
            for (listens, interval) in [(false, 4.0), (true, 20.0)] {
                func afterLook(_ due: Duration?) -> SchedulePace.Step {
                    pace.step(afterLook: due, listens: listens, using: &generator)
                }
                #expect(afterLook(.zero) == .sweep)
                #expect(afterLook(.seconds(-5)) == .sweep)
                #expect((.seconds(1)...(.milliseconds(1100))).contains(pause(afterLook(.seconds(1)))))
                let otherwise = Duration.seconds(interval * 0.75)...Duration.seconds(interval * 1.25)
                #expect(otherwise.contains(pause(afterLook(.seconds(3600)))))
                #expect(otherwise.contains(pause(afterLook(nil))))
            }
            for step in [pace.step(afterSweep: false, using: &generator), pace.rest(using: &generator)] {
                #expect((.seconds(3)...(.seconds(5))).contains(pause(step)))
            }
        }
    }
}
