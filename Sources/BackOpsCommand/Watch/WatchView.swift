import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Shows operations as they change: bars on a terminal, lines elsewhere, documents where they are asked for.
struct WatchView {
    private enum Form {
        case live, lines, json
    }

    private let form: Form
    private let style: Style
    private var area = LiveArea(.output)
    private var changes = WatchChanges()
    private var pace = ProgressPace()

    init(_ output: OutputOptions) {
        style = output.style
        let isLive = StandardStream.output.isTerminal && style.width != nil && !output.isDumb
        form = output.json ? .json : isLive ? .live : .lines
    }

    /// Whether lines change in place.
    var isLive: Bool { form == .live }

    /// How many operations fit on the terminal; elsewhere as many as are worth a line.
    var room: Int {
        form == .live ? max(3, (StandardStream.output.terminalHeight ?? 24) - 3) : 200
    }

    /// The operations that were shown before and had not ended, as far as they must be read to say how they did.
    var unfinished: Set<Int64> { form == .live ? [] : changes.unfinished }

    /// Shows what was read; the sum is a line of its own below a live view.
    mutating func show(_ records: [OperationRecord], sum: String? = nil, now: Date = .now) throws {
        switch form {
        case .live:
            let id = records.map { TextWidth.of("#\($0.id)") }.max() ?? 0
            let name = min(24, records.map { TextWidth.of(Sanitised.line($0.name)) }.max() ?? 0)
            var lines: [String] = []
            for record in records {
                let remaining = pace.remaining(record, now: now)
                let line = WatchLine(record: record, now: now, remaining: remaining)
                lines.append(line.text(style, id: id, name: name))
            }
            if let sum { lines.append(style.paint(TextWidth.fit(sum, (style.width ?? 80) - 1), .dim)) }
            area.show(lines)
        case .lines:
            for record in records {
                let line = OperationLine(record).text(style)
                if changes.isNew(record, line) { StandardStream.output.writeLine(line) }
            }
        case .json:
            for record in records {
                let line = try record.json().description
                if changes.isNew(record, line) { StandardStream.output.writeLine(line) }
            }
        }
    }

    /// Forgets an operation that was deleted meanwhile.
    mutating func forget(_ id: Int64) { changes.forget(id) }
}

extension OutputOptions {
    /// Whether the terminal cannot move its cursor.
    var isDumb: Bool { ProcessInfo.processInfo.environment["TERM"] == "dumb" }
}
