import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Schedules as a table, a line each.
struct ScheduleTable {
    private let schedules: [ScheduleRecord]
    private let now: Date

    init(_ schedules: [ScheduleRecord], now: Date = Date()) {
        self.schedules = schedules
        self.now = now
    }

    func text(_ style: Style) -> String {
        var table = Table(["SCHEDULE", "STATE", "OPERATION", "SLOTS", "NEXT", "LAST", "RUN", "SKIPPED", ""])
        table.shrinkable = [8, 0, 2]
        table.least = [8: 20, 0: 12, 2: 12]
        table.dispensable = [8, 6, 2]
        table.rows = schedules.map { schedule in
            let zone =
                schedule.slots.hasPrefix("every") || schedule.timeZone == "UTC" ? "" : " \(schedule.timeZone)"
            return [
                Table.Cell(schedule.name), Self.state(schedule.status), Table.Cell(schedule.operation),
                Table.Cell(schedule.slots + zone),
                Table.Cell(schedule.nextSlot.map { Ago.sentence($0, now: now) } ?? "—"),
                Table.Cell(schedule.lastState?.rawValue ?? "—", schedule.lastState == .failed ? .red : nil),
                Table.Cell("\(schedule.runCount)"), Table.Cell("\(schedule.skippedCount)"),
                Table.Cell(schedule.pauseReason ?? schedule.lastError ?? "", .dim),
            ]
        }
        return table.text(style)
    }

    private static func state(_ status: ScheduleStatus) -> Table.Cell {
        switch status {
        case .active: Table.Cell("✓ active", .green)
        case .paused: Table.Cell("‖ paused", .yellow)
        case .failing, .overdue: Table.Cell("✗ \(status)", .red)
        default: Table.Cell("\(status)")
        }
    }
}

extension ScheduleRecord {
    /// What `show` has of it, a line each.
    var lines: [(title: String, text: String)] {
        let lines: [(String, String?)] = [
            ("schedule", name), ("state", "\(status)"), ("operation", operation),
            ("slots", slots.hasPrefix("every") ? slots : "\(slots) \(timeZone)"),
            ("overlap", overlap), ("catch-up", catchUp),
            ("next slot", nextSlot.map { "\(ISO8601.text($0)), \(nextLocalTime ?? "") on its clock" }),
            ("last slot", lastSlot.map(ISO8601.text)),
            ("last operation", lastOperationID.map { "#\($0) \(lastState?.rawValue ?? "gone")" }),
            ("run", "\(runCount)"),
            ("skipped", "\(skippedCount)" + (lastSkipReason.map { ", the last because of: \($0)" } ?? "")),
            ("error", lastError), ("paused", pausedAt.map(ISO8601.text)),
            ("until", pausedUntil.map(ISO8601.text)),
            ("by", pausedBy), ("reason", pauseReason),
            ("declared by", undeclaredAt == nil ? application : nil),
        ]
        return lines.compactMap { title, text in text.map { (title, $0) } }
    }

    /// The schedule as `--json` shows it, under the names of the view `schedule_status`.
    var json: JSONValue {
        [
            "name": .string(name), "status": .string(status.rawValue), "operation": .string(operation),
            "slots": .string(slots), "time_zone": .string(timeZone), "next_at": JSONValue(nextSlot),
            "next_local": JSONValue(nextLocalTime), "last_slot": JSONValue(lastSlot),
            "last_operation_id": JSONValue(lastOperationID.map { Int($0) }),
            "last_state": JSONValue(lastState?.rawValue), "run_count": JSONValue(runCount),
            "skipped_count": JSONValue(skippedCount), "last_skip_reason": JSONValue(lastSkipReason),
            "last_skipped_slot": JSONValue(lastSkippedSlot), "last_error": JSONValue(lastError),
            "failures_count": JSONValue(failures), "paused_at": JSONValue(pausedAt),
            "paused_until": JSONValue(pausedUntil), "paused_by": JSONValue(pausedBy),
            "pause_reason": JSONValue(pauseReason), "overlap": .string(overlap), "catch_up": .string(catchUp),
            "application": JSONValue(application), "undeclared_at": JSONValue(undeclaredAt),
        ]
    }
}
