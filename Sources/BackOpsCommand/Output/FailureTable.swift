import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Groups of failures as a table, a line each.
struct FailureTable {
    private let groups: [FailureGroup]
    private let now: Date

    init(_ groups: [FailureGroup], now: Date = Date()) {
        self.groups = groups
        self.now = now
    }

    func text(_ style: Style) -> String {
        var table = Table(["FAILED", "OPERATION", "ACTION", "LAST", "FIRST", "ERROR", "LIKE", "EXAMPLE"])
        table.shrinkable = [1, 2, 7]
        table.least = [7: 26, 2: 12, 1: 12]
        table.comfortable = [7: 44]
        table.dispensable = [4, 6, 3, 2]
        table.rows = groups.map { group in
            let message = group.exampleMessage ?? ""
            return [
                Table.Cell("\(group.count)" + (group.isCapped ? "+" : ""), .red), Table.Cell(group.operation),
                Table.Cell(group.action ?? "—"), Table.Cell(Ago.sentence(group.lastAt, now: now)),
                Table.Cell(Ago.sentence(group.firstAt, now: now)), Table.Cell(group.fingerprint),
                Table.Cell("#\(group.exampleID)"),
                Table.Cell(group.errorType.map { "\($0): \(message)" } ?? message),
            ]
        }
        return table.text(style)
    }
}

extension FailureGroup {
    /// The group as `--json` shows it, under the names of the view `failures`.
    var json: JSONValue {
        [
            "operation": .string(operation), "action": JSONValue(action), "error_type": JSONValue(errorType),
            "fingerprint": .string(fingerprint), "count": JSONValue(count), "capped": .bool(isCapped),
            "first_at": JSONValue(firstAt), "last_at": JSONValue(lastAt), "example_id": .integer(exampleID),
            "example_message": JSONValue(exampleMessage),
        ]
    }
}
