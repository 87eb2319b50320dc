import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The attempts that did not simply succeed, a line for each, or for several in a row that ended alike.
struct AttemptTable {
    private let groups: [[AttemptRecord]]
    private let now: Date

    init(_ attempts: [AttemptRecord], now: Date) {
        var groups: [[AttemptRecord]] = []
        for attempt in attempts {
            if let last = groups.last?.last, Self.areAlike(last, attempt) {
                groups[groups.count - 1].append(attempt)
            } else {
                groups.append([attempt])
            }
        }
        (self.groups, self.now) = (groups, now)
    }

    private static func areAlike(_ first: AttemptRecord, _ second: AttemptRecord) -> Bool {
        first.action == second.action && first.run == second.run && first.outcome == second.outcome
            && first.errorType == second.errorType && first.errorMessage == second.errorMessage
    }

    func text(_ style: Style) -> String {
        var table = Table(["", "ACTION", "TRY", "OUTCOME", "WHEN", "WORKER", "ERROR"])
        table.shrinkable = [6, 5, 1]
        table.least = [6: 28, 1: 16]
        table.dispensable = [5, 4]
        table.rows = groups.map(row)
        return style.paint("attempts that did not simply succeed", .dim) + "\n" + table.text(style)
    }

    private func row(_ group: [AttemptRecord]) -> [Table.Cell] {
        guard let first = group.first, let last = group.last else { return [] }
        let numbers = first.attempt == last.attempt ? "\(last.attempt)" : "\(first.attempt)–\(last.attempt)"
        let workers = Set(group.compactMap(\.worker))
        let error = [last.errorType, last.errorMessage].compactMap { $0 }.joined(separator: ": ")
        let start = group.count > 1 ? "\(Ago.short(first.endedAt, now: now)) to " : ""
        return [
            Table.Cell(""), Table.Cell(last.action), Table.Cell(numbers),
            Table.Cell(last.outcome.rawValue + (group.count > 1 ? " ×\(group.count)" : "")),
            Table.Cell(start + Ago.sentence(last.endedAt, now: now)),
            Table.Cell(workers.count > 1 ? "\(workers.count) workers" : workers.first ?? ""),
            Table.Cell(error),
        ]
    }
}
