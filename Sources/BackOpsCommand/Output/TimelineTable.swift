import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The attempts of an operation in the order of time, a line each.
struct TimelineTable {
    private let entries: [TimelineEntry]
    private let now: Date

    init(_ entries: [TimelineEntry], now: Date = Date()) {
        (self.entries, self.now) = (entries, now)
    }

    func text(_ style: Style) -> String {
        var table = Table(["STARTED", "TOOK", "ACTION", "RUN", "TRY", "OUTCOME", "WORKER"])
        table.shrinkable = [6, 2]
        table.least = [2: 16]
        table.dispensable = [6, 3]
        table.rows = entries.map { entry in
            let status = Status(entry.outcome.rawValue)
            let end = entry.endedAt ?? now
            return [
                Table.Cell(entry.startedAt.map { Ago.sentence($0, now: now) } ?? "—"),
                Table.Cell(
                    entry.startedAt.map { DurationText.short(Ago.duration(from: $0, to: end)) } ?? "—"
                ),
                Table.Cell(entry.action), Table.Cell("\(entry.run)"), Table.Cell("\(entry.attempt)"),
                Table.Cell(Self.words(status), status.colour), Table.Cell(entry.worker ?? ""),
            ]
        }
        return table.text(style)
    }

    /// Outcomes that are no status have no symbol.
    private static func words(_ status: Status) -> String {
        Status.symbols.contains { $0.key == status.word } ? status.text : "  \(status.word)"
    }
}

extension TimelineEntry {
    /// The entry as `--json` shows it.
    var json: JSONValue {
        [
            "position": JSONValue(position), "action": .string(action), "run": JSONValue(run),
            "attempt": JSONValue(attempt),
            "started_at": JSONValue(startedAt), "ended_at": JSONValue(endedAt),
            "outcome": .string(outcome.rawValue),
            "worker": JSONValue(worker),
        ]
    }
}
