import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Who waits in a fair queue as a table, a line for each key.
struct FairQueueTable {
    private let now: Date

    init(now: Date = Date()) { self.now = now }

    func text(_ lines: [FairQueueLine], of fair: FairQueue, _ style: Style) -> String {
        var table = Table(["KEY", "WEIGHT", "PRIORITY", "WAITING", "AHEAD", "OLDEST"])
        table.shrinkable = [0]
        table.least = [0: 12]
        // What is the same for all goes first.
        table.dispensable = (fair.weights.isEmpty ? [1] : []) + [2, 5]
        table.rows = lines.map { line in
            [
                Table.Cell(line.key.isEmpty ? "—" : line.key),
                Table.Cell(Self.words(fair.weights[line.key] ?? 1)),
                Table.Cell("\(line.priority)"), Table.Cell("\(line.waiting)"), Table.Cell("\(line.ahead)"),
                Table.Cell(Ago.short(line.oldestReadyAt, now: now)),
            ]
        }
        return table.text(style)
    }

    /// `turns by tenant, acme 3, free 0.5`.
    static func words(_ fair: FairQueue) -> String {
        guard let by = fair.by else { return "no turns" }
        let weights = fair.weights.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let most = 5
        let shown = weights.prefix(most).map { "\($0.key) \(words($0.value))" }
        let rest = weights.count > most ? ["and \(weights.count - most) other weights"] : []
        return ([words(takesTurnsBy: by)] + shown + rest).joined(separator: ", ")
    }

    /// `turns by tenant`.
    static func words(takesTurnsBy global: String) -> String { "turns by \(global)" }

    /// `3`, `0.5`.
    private static func words(_ weight: Double) -> String {
        Int(exactly: weight).map { "\($0)" } ?? "\(weight)"
    }
}

extension FairQueue {
    /// The queue as `--json` shows it, under the names of the view `fair_queue_status`.
    var json: JSONValue {
        [
            "queue": .string(queue), "by_global": JSONValue(by),
            "weights": .object(
                Dictionary(
                    uniqueKeysWithValues: weights.map { (JSONValue.Key($0.key), JSONValue(weight: $0.value)) }
                )
            ),
            "waiting": JSONValue(waiting), "capped": .bool(isCapped), "set_by": .string(setBy),
            "set_at": JSONValue(setAt), "reason": JSONValue(reason),
        ]
    }
}

extension FairQueueLine {
    /// The line as `--json` shows it, under the names of the view `fair_queue_lines`.
    var json: JSONValue {
        [
            "priority": JSONValue(priority), "key": .string(key), "waiting": JSONValue(waiting),
            "oldest_ready_at": JSONValue(oldestReadyAt), "ahead": JSONValue(ahead),
        ]
    }
}
