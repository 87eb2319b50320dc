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

    private var hasSaid = false

    /// Says something once; where lines change in place there is no room for it.
    mutating func sayOnce(_ text: String, _ style: Style) {
        guard !hasSaid, form != .live else { return }
        hasSaid = true
        StandardStream.error.say(text, style)
    }

    /// Whether lines change in place.
    var isLive: Bool { form == .live }

    /// How many operations fit on the terminal; elsewhere as many as are worth a line.
    var room: Int {
        form == .live ? max(3, (StandardStream.output.terminalHeight ?? 24) - 3) : 200
    }

    /// The operations that were shown before and had not ended, as far as they must be read to say how they did.
    var unfinished: Set<Int64> { changes.unfinished }

    /// Shows what was read.
    ///
    /// - Parameters:
    ///   - records: The operations that are followed.
    ///   - ended: Those that were followed and are no longer among them: what they came to stays in view, above the others.
    ///   - sum: A line of its own below a live view.
    ///   - now: The time that it is.
    /// - Throws: ``BackOpsError`` for globals that cannot be read.
    mutating func show(
        _ records: [OperationRecord],
        ended: [OperationRecord] = [],
        sum: String? = nil,
        now: Date = .now
    ) throws {
        switch form {
        case .live:
            let all = ended + records
            let id = all.map { TextWidth.of("#\($0.id)") }.max() ?? 0
            let name = min(24, all.map { TextWidth.of(Sanitised.line($0.name)) }.max() ?? 0)
            func line(_ record: OperationRecord) -> String {
                _ = changes.isNew(record, record.status.rawValue)
                let remaining = pace.remaining(record, now: now)
                return WatchLine(record: record, now: now, remaining: remaining).text(
                    style,
                    id: id,
                    name: name
                )
            }
            let settled = ended.map(line)
            var lines = records.map(line)
            if let sum { lines.append(style.paint(TextWidth.fit(sum, (style.width ?? 80) - 1), .dim)) }
            area.show(lines, below: settled)
        case .lines:
            for record in records + ended {
                let line = OperationLine(record).text(style)
                if changes.isNew(record, line) { StandardStream.output.writeLine(line) }
            }
        case .json:
            for record in records + ended {
                let line = try record.json().description
                if changes.isNew(record, line) { StandardStream.output.writeLine(line) }
            }
        }
    }

    /// Says how all that were seen did; what a machine reads has it already.
    func end() {
        guard form != .json, changes.count > 1 else { return }
        StandardStream.error.writeLine(changes.tally)
    }

    /// Forgets an operation that was deleted meanwhile.
    mutating func forget(_ id: Int64) { changes.forget(id) }
}

extension OutputOptions {
    /// Whether the terminal cannot move its cursor.
    var isDumb: Bool { ProcessInfo.processInfo.environment["TERM"] == "dumb" }
}
