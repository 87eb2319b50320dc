import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Rates as a table, a line each.
struct RateTable {
    private let now: Date

    init(now: Date = Date()) { self.now = now }

    func text(_ rates: [RateRecord], _ style: Style) -> String {
        var table = Table(["RATE", "PACE", "WAITING", "KEYS", "CLOSED", "SET"])
        table.shrinkable = [0, 5]
        table.least = [0: 12, 5: 20]
        table.dispensable = [3, 5]
        table.rows = rates.map { rate in
            [
                Table.Cell(rate.name), Table.Cell(rate.setting.words),
                count(rate.waiting, rate), count(rate.keys, rate),
                count(rate.closed, rate, rate.closed > 0 ? .red : nil),
                Table.Cell(rate.setting.hand(now: now), .dim),
            ]
        }
        return table.text(style)
    }

    func text(_ lines: [RateLine], _ style: Style) -> String {
        var table = Table(["KEY", "WAITING", "NEXT START", "OPENS"])
        table.shrinkable = [0]
        table.least = [0: 12]
        table.dispensable = [2]
        table.rows = lines.map { line in
            let closed = line.closedUntil.flatMap { $0 > now ? $0 : nil }
            return [
                Table.Cell(line.key ?? "—"),
                Table.Cell("\(line.waiting)", line.waiting > 0 ? .yellow : nil),
                Table.Cell(line.nextStart.map { $0 > now ? Ago.sentence($0, now: now) : "now" } ?? ""),
                Table.Cell(closed.map { Ago.sentence($0, now: now) } ?? "", .red),
            ]
        }
        return table.text(style)
    }

    /// Only what reached the cap may be more than was counted.
    private func count(_ number: Int, _ rate: RateRecord, _ colour: Colour? = nil) -> Table.Cell {
        Table.Cell(rate.isCapped ? "\(number)+" : "\(number)", colour)
    }
}

extension RateSetting: ShownSetting {
    var words: String { pace?.description ?? "any number" }

    /// The setting as `--json` shows it, under the names of the table `rates`.
    var json: JSONValue {
        [
            "name": .string(name), "count": JSONValue(pace?.count),
            "per": pace?.per.secondsJSON ?? .null, "burst": JSONValue(pace?.burst),
            "declared_count": JSONValue(declared?.count),
            "declared_per": declared?.per.secondsJSON ?? .null,
            "declared_burst": JSONValue(declared?.burst), "set_by": JSONValue(setBy),
            "set_at": JSONValue(setAt), "reason": JSONValue(reason),
        ]
    }
}

extension RateRecord {
    /// The rate as `--json` shows it, under the names of the view `rate_status`, with times in seconds.
    var json: JSONValue {
        var members = setting.json.objectValue ?? [:]
        members["keys"] = JSONValue(keys)
        members["waiting"] = JSONValue(waiting)
        members["closed"] = JSONValue(closed)
        members["capped"] = .bool(isCapped)
        return .object(members)
    }
}

extension RateLine {
    /// The line as `--json` shows it, under the names of the view `rate_lines`.
    var json: JSONValue {
        [
            "name": .string(name), "key": JSONValue(key), "waiting": JSONValue(waiting),
            "closed_until": JSONValue(closedUntil), "next_start": JSONValue(nextStart),
            "gate": .string(gate),
        ]
    }
}
