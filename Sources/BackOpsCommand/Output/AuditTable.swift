import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What people did as a table, a line each.
struct AuditTable {
    private let entries: [AuditEntry]
    private let now: Date

    init(_ entries: [AuditEntry], now: Date = Date()) {
        self.entries = entries
        self.now = now
    }

    func text(_ style: Style) -> String {
        var table = Table(["WHEN", "WHO", "WHAT", "OPERATIONS", "DETAILS", "REASON"])
        table.shrinkable = [4, 3, 5]
        table.least = [4: 20, 3: 14, 5: 20]
        table.dispensable = [4, 1]
        table.rows = entries.map { entry in
            [
                Table.Cell(Ago.sentence(entry.at, now: now)), Table.Cell(entry.who), Table.Cell(entry.action),
                Table.Cell(Self.operations(entry.operationIDs)), Table.Cell(details(entry.details)),
                Table.Cell(entry.reason ?? ""),
            ]
        }
        return table.text(style)
    }

    /// Up to three numbers, then how many more there are.
    private static func operations(_ ids: [Int64]) -> String {
        let rest = ids.count - 3
        return ids.prefix(3).map { "#\($0)" }.joined(separator: " ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// Times as everywhere: from now.
    private func details(_ details: JSONValue) -> String {
        guard let members = details.objectValue else { return "" }
        return members.sorted { $0.key < $1.key }.map { key, value in
            guard ["until", "at", "perform_at"].contains(key),
                let date = value.stringValue.flatMap(ISO8601.date)
            else { return "\(key)=\(value)" }
            return "\(key) \(Ago.sentence(date, now: now))"
        }.joined(separator: " ")
    }
}

extension AuditEntry {
    /// The entry as `--json` shows it, under the names of the view `audit`.
    var json: JSONValue {
        [
            "id": .integer(id), "at": JSONValue(at), "who": .string(who), "action": .string(action),
            "operation_ids": .array(operationIDs.map { .integer($0) }), "reason": JSONValue(reason),
            "details": details,
        ]
    }
}
