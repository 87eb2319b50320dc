import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Testing

private struct Report: OperationDefinition {
    static let name = "Report"
    var branches: [Branch] { Do("Write") { _ in } }
}

@Suite(.backops) struct `Schedules from Swift` {
    @Test func `are created, read, steered and removed`() async throws {
        try await withClient { client in
            var schedule = Schedule(
                "nightly",
                Report.self,
                .cron("30 2 * * *", timeZone: "Europe/Berlin"),
                globals: ["year": 2027]
            )
            schedule.queue = "reports"
            schedule.overlap = .buffer
            schedule.catchUp = .all(limit: 10)
            schedule.jitter = .seconds(5)
            schedule.pauseAfterFailures = 3
            try await client.schedule(schedule)
            try await client.schedule(schedule)
            let record = try #require(try await client.schedule(named: "nightly"))
            #expect(try await client.schedules() == [record])
            #expect(
                record.status == .active && record.slots == "30 2 * * *" && record.timeZone == "Europe/Berlin"
            )
            #expect(record.operation == "Report" && record.overlap == "buffer" && record.catchUp == "all")
            #expect(record.nextLocalTime?.hasSuffix(" 02:30:00") == true)
            #expect(
                try await TestDatabase.current.value(
                    """
                    select concat_ws(' ', catch_up_limit, extract(epoch from catch_up_window)::integer, extract(epoch from jitter)::integer,
                                     pause_after_failures, queue, globals)
                      from schedules
                    """
                ) == #"10 86400 5 3 reports {"year": 2027}"#
            )

            let handle = try await client.runSchedule("nightly", reason: "audit")
            let operation = try await handle.record()
            #expect(operation.globals["year"] == 2027)
            #expect(operation.schedule == "nightly" && operation.slot != nil)
            let slots = try await client.nextSlots(of: "nightly", count: 2)
            #expect(slots.map { $0.localTime.suffix(9) } == [" 02:30:00", " 02:30:00"])
            #expect(slots.first?.slot == record.nextSlot)
            #expect(slots.allSatisfy { (0..<5).contains($0.dueAt.timeIntervalSince($0.slot)) })
            try await client.pauseSchedule(
                "nightly",
                until: Date(timeIntervalSinceNow: 3600),
                reason: "holiday"
            )
            let paused = try #require(try await client.schedule(named: "nightly"))
            #expect(
                paused.status == .paused && paused.pauseReason == "holiday"
                    && paused.lastOperationID == handle.id
            )
            try await client.resumeSchedule("nightly")
            try await client.unschedule("nightly")
            #expect(try await client.schedule(named: "nightly") == nil)
            let verbs = try await client.audit().map(\.action)
            #expect(
                verbs.reversed() == [
                    "schedule", "run_schedule", "pause_schedule", "resume_schedule", "unschedule",
                ]
            )
        }
    }

    @Test func `go by elapsed time from their start on`() async throws {
        try await withClient { client in
            var schedule = Schedule("often", operation: "Report", .every(.seconds(90)))
            schedule.startsAt = Date(timeIntervalSinceNow: 3600)
            schedule.endsAt = Date(timeIntervalSinceNow: 7200)
            try await client.schedule(schedule)
            let record = try #require(try await client.schedule(named: "often"))
            #expect(record.slots == "every 00:01:30")
            #expect(
                abs(try #require(record.nextSlot).timeIntervalSince(try #require(schedule.startsAt))) < 0.001
            )
        }
    }

    @Test func `are refused with what is wrong`() async throws {
        try await withClient { client in
            let error = await #expect(throws: BackOpsError.self) {
                try await client.schedule(Schedule("bad", Report.self, .cron("0 0 32 * *")))
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("Day of month: 32 is not 1 to 31") == true)
            let missing = await #expect(throws: BackOpsError.self) { try await client.runSchedule("none") }
            #expect(missing?.code == .noSuchOperation)
        }
    }

    @Test func `show their slots before they exist`() async throws {
        try await withClient { client in
            let after = try Date("2024-03-30T00:00:00Z", strategy: .iso8601)
            let slots = try await client.previewSlots(
                "30 2 * * *",
                timeZone: "Europe/Berlin",
                count: 2,
                after: after
            )
            #expect(slots.map(\.localTime) == ["2024-03-30 02:30:00", "2024-03-31 03:00:00"])
            #expect(slots.map(\.isShifted) == [false, true])
        }
    }
}
