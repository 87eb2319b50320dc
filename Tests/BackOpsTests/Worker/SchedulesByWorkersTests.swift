import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import CoreMetrics
import LibPQ
import Logging
import MetricsTestKit
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

    private func worker(runsSchedules: Bool = true) throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.runsSchedules = runsSchedules
        configuration.schedulePace = SchedulePace(interval: .milliseconds(20))
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

    @Test func `looks when the next schedule is due, and every few seconds otherwise`() {
        let pace = SchedulePace(interval: .seconds(4))
        #expect(pace.pause(until: .zero) == .zero)
        #expect(pace.pause(until: .seconds(-5)) == .zero)
        for _ in 1...100 {
            #expect((.seconds(1)...(.milliseconds(1100))).contains(pace.pause(until: .seconds(1))))
            #expect((.seconds(3)...(.seconds(5))).contains(pace.pause(until: .seconds(3600))))
            #expect((.seconds(3)...(.seconds(5))).contains(pace.pause(until: nil)))
        }
    }
}
