import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Limits as a table, a line each.
struct LimitTable {
    private let now: Date

    init(now: Date = Date()) { self.now = now }

    func text(_ limits: [LimitRecord], _ style: Style) -> String {
        var table = Table(["LIMIT", "AT MOST", "HELD", "WAITING", "KEYS", "SET"])
        table.shrinkable = [0, 5]
        table.least = [0: 12, 5: 20]
        table.dispensable = [4, 5]
        table.rows = limits.map { limit in
            [
                Table.Cell(limit.name), Self.maximum(limit.maximum), count(limit.holding, limit),
                count(limit.waiting, limit), count(limit.keys, limit),
                Table.Cell(limit.setting.hand(now: now), .dim),
            ]
        }
        return table.text(style)
    }

    func text(_ lines: [LimitLine], _ style: Style) -> String {
        var table = Table(["KEY", "AT MOST", "HELD", "WAITING"])
        table.shrinkable = [0]
        table.least = [0: 12]
        table.dispensable = [1]
        table.rows = lines.map { line in
            [
                Table.Cell(line.key ?? "—"), Self.maximum(line.maximum), Table.Cell("\(line.holding)"),
                Table.Cell("\(line.waiting)", line.waiting > 0 ? .yellow : nil),
            ]
        }
        return table.text(style)
    }

    private static func maximum(_ maximum: Int?) -> Table.Cell {
        Table.Cell(maximum.map { "\($0)" } ?? "any", maximum == 0 ? .red : nil)
    }

    /// Only what reached the cap may be more than was counted.
    private func count(_ number: Int, _ limit: LimitRecord) -> Table.Cell {
        Table.Cell(limit.isCapped ? "\(number)+" : "\(number)")
    }
}

extension LimitSetting: ShownSetting {
    var words: String {
        switch maximum {
        case nil: "no limit"
        case 0: "nothing starts"
        case .some(let maximum): "\(maximum) at once"
        }
    }

    /// The setting as `--json` shows it, under the names of the table `limits`.
    var json: JSONValue {
        [
            "name": .string(name), "maximum": JSONValue(maximum), "declared": JSONValue(declared),
            "set_by": JSONValue(setBy), "set_at": JSONValue(setAt), "reason": JSONValue(reason),
        ]
    }
}

extension LimitRecord {
    /// The limit as `--json` shows it, under the names of the view `limit_status`.
    var json: JSONValue {
        var members = setting.json.objectValue ?? [:]
        members["keys"] = JSONValue(keys)
        members["holding"] = JSONValue(holding)
        members["waiting"] = JSONValue(waiting)
        members["capped"] = .bool(isCapped)
        return .object(members)
    }
}

extension LimitLine {
    /// The line as `--json` shows it, under the names of the view `limit_lines`.
    var json: JSONValue {
        [
            "name": .string(name), "key": JSONValue(key), "maximum": JSONValue(maximum),
            "holding": JSONValue(holding), "waiting": JSONValue(waiting), "gate": .string(gate),
        ]
    }
}
