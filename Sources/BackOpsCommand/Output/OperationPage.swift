import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Everything about one operation, for `show`.
struct OperationPage {
    let record: OperationRecord
    let actions: [ActionRecord]
    let attempts: [AttemptRecord]
    /// Why it is where it is.
    var explanation: [Explanation] = []
    /// What people did to it, newest first.
    var audit: [AuditEntry] = []
    /// What its attempts logged, where that is to be shown.
    var logs: [LoggedLine]?
    /// Whether there is more than what is shown of either.
    var isAuditCut = false
    var areLogsCut = false
    /// The schema's name, where the same is to be shown in SQL.
    var schema: String?
    var now = Date()

    func text(_ style: Style) throws -> String {
        var blocks = [header(style)]
        if !actions.isEmpty { blocks.append(FlowText(actions, now: now).text(style)) }
        if !waits.isEmpty { blocks.append(ExplanationText(waits, now: now).text(style)) }
        blocks.append(try globals(style))
        if !attempts.isEmpty { blocks.append(AttemptTable(attempts, now: now).text(style)) }
        if let error = lastError(style) { blocks.append(error) }
        if let logs {
            let rest = areLogsCut ? "  … before these: \(Program.name) logs \(record.id)\n" : ""
            blocks.append(LogText(logs).text(style) + rest)
        }
        if !audit.isEmpty {
            let rest = isAuditCut ? "… and more: \(Program.name) audit \(record.id)\n" : ""
            blocks.append(
                style.paint("done by people", .dim) + "\n" + AuditTable(audit, now: now).text(style) + rest
            )
        }
        blocks.append(NextSteps(record, actions).text(style))
        if let schema {
            blocks.append(SameInSQL(record: record, actions: actions, schema: schema).text(style))
        }
        return blocks.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// What the header and the last error do not say already.
    private var waits: [Explanation] {
        explanation.filter { ![.running, .completed, .failed, .cancelled].contains($0.reason) }
    }

    private func header(_ style: Style) -> String {
        let status = Status(record.status.rawValue)
        var state = style.paint(status.text, status.colour)
        if record.state == .active, let runAt = record.runAt, runAt > now {
            let what =
                switch record.status {
                case .retrying: "next try"
                case .waiting: "until"
                default: "due"
                }
            state += ", " + what + " \(Ago.sentence(runAt, now: now))"
        }
        if let worker = record.worker { state += " on \(Sanitised.line(worker))" }
        if let end = record.endedAt { state += " \(Ago.sentence(end, now: now))" }
        var details = ["enqueued \(Ago.sentence(record.createdAt, now: now))", "queue \(record.queue)"]
        if record.priority != 5 { details.append("priority \(record.priority)") }
        if let key = record.key { details.append("key \(key)") }
        if let schedule = record.schedule {
            details.append("schedule \(schedule)" + (record.slot.map { ", slot \(ISO8601.text($0))" } ?? ""))
        }
        if !record.tags.isEmpty { details.append("tags \(record.tags.joined(separator: ", "))") }
        if let progress = record.reportedProgress {
            details.append("at \(Int(progress.fraction * 100))%" + (progress.note.map { " (\($0))" } ?? ""))
        }
        var text = style.paint(Sanitised.line("\(record.name) #\(record.id)"), .bold) + "   \(state)\n"
        text += Self.flowed(details.map(Sanitised.line), style.width)
        if let note = record.note, waits.isEmpty {
            for line in WrappedText.lines(Sanitised.line(note), style.width.map { $0 - 2 }) {
                text += "  " + style.paint(line, .yellow) + "\n"
            }
        }
        return text
    }

    /// Details beside each other, as many as there is room for.
    private static func flowed(_ details: [String], _ width: Int?) -> String {
        var (text, used) = ("", 0)
        for detail in details {
            let length = TextWidth.of(detail)
            if used > 0, let width, used + 3 + length > width {
                text += "\n"
                used = 0
            }
            text += (used == 0 ? "  " : "   ") + detail
            used += length + (used == 0 ? 2 : 3)
        }
        return text + "\n"
    }

    private func globals(_ style: Style) throws -> String {
        guard let members = record.globals.shown.objectValue?.sorted(by: { $0.key < $1.key }) else {
            let text = "  " + Sanitised.line(record.globals.description)
            return style.paint("globals", .dim) + "\n" + fit(text, style) + "\n"
        }
        guard !members.isEmpty else { return "" }
        let keys = members.map { Sanitised.line($0.key.text) }
        let column = min(keys.map { TextWidth.of($0) }.max() ?? 0, 30)
        return style.paint("globals", .dim) + "\n"
            + zip(keys, members).map { key, member in
                let start = "  " + TextWidth.pad(key, column) + "  "
                let change = change(of: member.key.text).map { "   ← \($0)" } ?? ""
                return fit(start + Sanitised.line(member.value.description + change), style) + "\n"
            }.joined()
    }

    /// Who set a global last, if a person did; what actions set, they set with their completion.
    private func change(of key: String) -> String? {
        audit.first { $0.action == "set_global" && $0.details["key"]?.stringValue == key }.map {
            "set by \($0.who) \(Ago.sentence($0.at, now: now))" + ($0.reason.map { ": \($0)" } ?? "")
        }
    }

    /// The last error with its stack, in full.
    private func lastError(_ style: Style) -> String? {
        guard record.state != .completed, let action = actions.last(where: { $0.errorMessage != nil }) else {
            return nil
        }
        let attempt = attempts.last {
            $0.action == "\(action.branch)/\(action.name)" && $0.errorMessage != nil
        }
        var place = "\(action.branch)/\(action.name), attempt \(attempt?.attempt ?? action.attempts)"
        if let attempt { place += ", \(Ago.sentence(attempt.endedAt, now: now))" }
        if let worker = attempt?.worker { place += " on \(worker)" }
        var text = WrappedText.lines(Sanitised.line(place), style.width, first: "✗ ", rest: "  ").map {
            style.paint($0, .red) + "\n"
        }.joined()
        let message = "\(action.errorType ?? "error"): \(action.errorMessage ?? "")"
        text += indented(message, by: 4, style)
        if let stack = action.stackTrace { text += indented(stack, by: 6, style) }
        return text
    }

    private func indented(_ text: String, by columns: Int, _ style: Style) -> String {
        let indent = String(repeating: " ", count: columns)
        return Sanitised.lines(text).split(separator: "\n").map {
            WrappedText.text(String($0), style.width, first: indent, rest: indent + "  ")
        }.joined()
    }

    private func fit(_ line: String, _ style: Style) -> String {
        style.width.map { TextWidth.fit(line, $0) } ?? line
    }
}
