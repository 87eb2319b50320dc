import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Operations as a table, a line each.
struct OperationTable {
    private let records: [OperationRecord]
    private let columns: [OperationColumn]?
    private let now: Date

    init(_ records: [OperationRecord], columns: [OperationColumn]? = nil, now: Date = Date()) {
        self.records = records
        self.columns = columns
        self.now = now
    }

    func text(_ style: Style) throws -> String {
        let shown = columns ?? .usual
        var table = Table(shown.map(\.title))
        // What went wrong is shown with as many columns as there are, and `show` has all of it.
        for index in shown.indices.reversed() {
            guard let least = shown[index].least else { continue }
            table.shrinkable.append(index)
            table.least[index] = least
        }
        // Who asked for columns gets them all.
        if columns == nil {
            table.dispensable = [.progress, .createdAt, .attempt, .action].compactMap(shown.firstIndex)
        }
        for record in records { table.rows.append(try shown.map { try $0.cell(record, now: now) }) }
        return table.text(style)
    }

    /// The actions up to which squares can be told apart at a glance.
    private static let mostSquares = 10

    /// `■■■◪□` for "3/5": done, the one it is at, and what is left.
    static func squares(_ progress: OperationProgress, _ status: Status) -> String {
        let (done, total) = (progress.done, progress.total)
        guard total > 0 else { return "" }
        guard total <= mostSquares, done <= total else { return progress.description }
        let current = done < total ? current(status) : ""
        return String(repeating: "■", count: done) + current
            + String(repeating: "□", count: total - done - current.count)
    }

    private static func current(_ status: Status) -> String {
        switch status.word {
        case "running", "retrying": "◪"
        case "scheduled": "◷"
        case "waiting": "◇"
        case "failed": "✗"
        default: "□"
        }
    }

    static func tries(_ record: OperationRecord) -> String {
        guard record.attempt > 0 else { return "" }
        return "\(record.attempt)" + (record.maxAttempts.map { "/\($0)" } ?? "")
    }

    /// The error that it failed by, or for which it is tried again; that of an attempt before the one that runs is over.
    static func error(_ record: OperationRecord) -> String? {
        guard [.failed, .retrying].contains(record.status) else { return nil }
        return record.error.map { "\($0.type): \($0.message)" }
    }

    static func remark(_ record: OperationRecord) -> String {
        guard record.state != .completed else { return "" }
        return error(record) ?? record.note
            ?? record.reportedProgress.map { "\(Int($0.fraction * 100))% \($0.note ?? "")" } ?? ""
    }
}

extension [OperationColumn] {
    fileprivate static var usual: Self { OperationColumn.usual }
}
