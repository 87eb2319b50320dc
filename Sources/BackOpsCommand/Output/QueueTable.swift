import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Queues as a table, a line each.
struct QueueTable {
    private let queues: [QueueRecord]
    private let now: Date

    init(_ queues: [QueueRecord], now: Date = Date()) {
        self.queues = queues
        self.now = now
    }

    func text(_ style: Style) -> String {
        let whole = table(notes: true)
        if whole.fits(style.width) { return whole.text(style) }
        // Why a queue rests is worth lines of its own.
        let notes = queues.flatMap { queue in
            [
                queue.limit.map { "\(queue.name): \(Self.words(atOnce: $0))" },
                queue.fairBy.map { "\(queue.name): \(FairQueueTable.words(takesTurnsBy: $0))" },
                queue.pause.map { "\(queue.name) paused \(Self.words($0, now: now))" },
            ].compactMap(\.self)
        }
        return table(notes: false).text(style)
            + notes.map { WrappedText.text(Sanitised.line($0), style.width, first: "‖ ", rest: "  ") }
            .joined()
    }

    private func table(notes: Bool) -> Table {
        var table = Table([
            "QUEUE", "STATE", "READY", "RUNNING", "RETRYING", "SCHEDULED", "PARKED", "OLDEST", "WORKERS", "",
        ])
        table.shrinkable = [0]
        table.least = [0: 12]
        // What is nowhere goes first.
        let counts: [(column: Int, count: (QueueRecord) -> Int)] = [
            (5, \.scheduled), (6, \.parked), (4, \.retrying), (3, \.running),
        ]
        table.dispensable = counts.filter { each in queues.allSatisfy { each.count($0) == 0 } }.map(\.column)
        table.dispensable += counts.map(\.column).filter { !table.dispensable.contains($0) }
        table.rows = queues.map { notes ? row($0) : row($0).dropLast() + [Table.Cell("")] }
        return table
    }

    private func row(_ queue: QueueRecord) -> [Table.Cell] {
        let isUnserved = queue.workers == 0 && queue.ready > 0
        return [
            Table.Cell(queue.name),
            queue.pause == nil ? Table.Cell("✓ open", .green) : Table.Cell("‖ paused", .yellow),
            count(queue.ready, of: queue), count(queue.running, of: queue), count(queue.retrying, of: queue),
            count(queue.scheduled, of: queue), count(queue.parked, of: queue),
            Table.Cell(queue.oldestReadyAt.map { Ago.short($0, now: now) } ?? ""),
            Table.Cell("\(queue.workers)", isUnserved ? .red : nil),
            Table.Cell(notes(of: queue).joined(separator: "; "), .dim),
        ]
    }

    private func notes(of queue: QueueRecord) -> [String] {
        [
            queue.limit.map(Self.words(atOnce:)), queue.fairBy.map(FairQueueTable.words(takesTurnsBy:)),
            queue.pause.map { Self.words($0, now: now) },
        ].compactMap(\.self)
    }

    /// Only what reached a cap may be more than was counted.
    private func count(_ number: Int, of queue: QueueRecord) -> Table.Cell {
        Table.Cell(number == 0 ? "—" : queue.isCapped && number >= 1000 ? "\(number)+" : "\(number)")
    }

    /// `4 at once`, as what may run.
    static func words(atOnce maximum: Int) -> String {
        maximum == 0 ? "nothing may run" : "\(maximum) at once"
    }

    /// `4 at once, 2 run`.
    static func words(_ limit: QueueLimit) -> String {
        (limit.maximum.map(words(atOnce:)) ?? "no limit") + ", \(limit.running) run"
    }

    /// `for 12m, until 14:00 by ann: mail server down`.
    static func words(_ pause: QueuePause, now: Date) -> String {
        var text = "for \(Ago.short(pause.since, now: now))"
        text += pause.until.map { ", goes on \(Ago.sentence($0, now: now))" } ?? ""
        if let by = pause.by { text += ", by \(by)" }
        return text + (pause.reason.map { ": \($0)" } ?? "")
    }
}

extension QueueRecord {
    /// Whether anything of it waits or runs.
    var isInUse: Bool { ready + scheduled + running + retrying + parked > 0 }

    /// The queue as `--json` shows it, under the names of the view `queue_depth`.
    var json: JSONValue {
        [
            "queue": .string(name), "ready": JSONValue(ready), "scheduled": JSONValue(scheduled),
            "running": JSONValue(running), "retrying": JSONValue(retrying), "parked": JSONValue(parked),
            "oldest_ready_at": JSONValue(oldestReadyAt), "workers": JSONValue(workers),
            "capped": .bool(isCapped), "maximum": JSONValue(limit), "fair_by": JSONValue(fairBy),
            "paused_at": JSONValue(pause?.since), "paused_until": JSONValue(pause?.until),
            "paused_by": JSONValue(pause?.by), "paused_reason": JSONValue(pause?.reason),
        ]
    }
}

extension QueueLimit {
    /// The limit as `--json` shows it, under the names of the view `queue_limit_status`.
    var json: JSONValue {
        [
            "queue": .string(queue), "maximum": JSONValue(maximum), "running": JSONValue(running),
            "set_by": .string(setBy), "set_at": JSONValue(setAt), "reason": JSONValue(reason),
        ]
    }
}
