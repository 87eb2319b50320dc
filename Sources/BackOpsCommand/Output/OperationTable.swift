import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Operations as a table, a line each.
struct OperationTable {
    private let records: [OperationRecord]
    private let now: Date

    init(_ records: [OperationRecord], now: Date = Date()) {
        self.records = records
        self.now = now
    }

    func text(_ style: Style) -> String {
        var table = Table(["ID", "OPERATION", "STATE", "ACTIONS", "NOW AT", "TRY", "AGE", ""])
        // What went wrong gives way first: `show` has all of it.
        table.shrinkable = [7, 4, 1]
        table.rows = records.map(row)
        return table.text(style)
    }

    private func row(_ record: OperationRecord) -> [Table.Cell] {
        let status = Status(record.status)
        let isOver = record.state == .completed
        return [
            Table.Cell("\(record.id)"), Table.Cell(record.name), Table.Cell(status.text, status.colour),
            Table.Cell(Self.squares(record.progress, status)),
            Table.Cell(isOver ? "—" : record.action ?? "—", isOver ? .dim : nil),
            Table.Cell(isOver ? "" : Self.tries(record)),
            Table.Cell(Ago.short(record.createdAt, now: now)),
            Table.Cell(Self.remark(record), record.state == .failed ? .red : .dim),
        ]
    }

    /// The actions up to which squares can be told apart at a glance.
    private static let mostSquares = 10

    /// `■■■◪□` for "3/5": done, the one it is at, and what is left.
    static func squares(_ progress: String, _ status: Status) -> String {
        let numbers = progress.split(separator: "/").compactMap { Int($0) }
        guard numbers.count == 2, numbers[1] > 0 else { return "" }
        let (done, total) = (numbers[0], numbers[1])
        guard total <= mostSquares, done <= total else { return progress }
        let current = done < total ? current(status) : ""
        return String(repeating: "■", count: done) + current
            + String(repeating: "□", count: total - done - current.count)
    }

    private static func current(_ status: Status) -> String {
        switch status.word {
        case "running", "retrying": "◪"
        case "waiting": "◷"
        case "failed": "✗"
        default: "□"
        }
    }

    private static func tries(_ record: OperationRecord) -> String {
        guard record.attempt > 0 else { return "" }
        return "\(record.attempt)" + (record.maxAttempts.map { "/\($0)" } ?? "")
    }

    private static func remark(_ record: OperationRecord) -> String {
        guard record.state != .completed else { return "" }
        if let error = record.error, record.state != .cancelled { return "\(error.type): \(error.message)" }
        return record.note ?? record.reportedProgress.map { "\(Int($0.fraction * 100))% \($0.note ?? "")" }
            ?? ""
    }
}
