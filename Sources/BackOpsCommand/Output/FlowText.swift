import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The actions of an operation by branch, a line each, wrapped where the terminal ends.
struct FlowText {
    private let actions: [ActionRecord]
    private let now: Date

    init(_ actions: [ActionRecord], now: Date) {
        self.actions = actions
        self.now = now
    }

    func text(_ style: Style) -> String {
        var branches: [String] = []
        for action in actions where !branches.contains(action.branch.description) {
            branches.append(action.branch.description)
        }
        let column = min(branches.map { TextWidth.of($0) }.max() ?? 0, 24)
        return branches.map { branch in
            let steps = actions.filter { $0.branch.description == branch }.map(step)
            let name = TextWidth.pad(TextWidth.fit(Sanitised.line(branch), column), column)
            return lines(steps, start: "  \(name)  ", style)
        }.joined()
    }

    private func lines(_ steps: [Table.Cell], start: String, _ style: Style) -> String {
        var text = start
        let indent = TextWidth.of(start)
        var used = indent
        for (index, step) in steps.enumerated() {
            let width = TextWidth.of(step.text)
            let link = index == 0 ? "" : " ─ "
            if index > 0, let limit = style.width, used + link.count + width > limit {
                text += " ─\n" + String(repeating: " ", count: indent)
                used = indent
            } else {
                text += link
                used += link.count
            }
            let room = style.width.map { max(1, $0 - used) } ?? width
            text += style.paint(TextWidth.fit(step.text, room), step.colour)
            used += width
        }
        return text + "\n"
    }

    private func step(_ action: ActionRecord) -> Table.Cell {
        let status = Status(action.status.rawValue)
        var text = "\(status.symbol) \(action.name)"
        if let start = action.startedAt, let end = action.completedAt, end >= start {
            text += " " + DurationText.short(Ago.duration(from: start, to: end))
        }
        if action.wait != nil {
            // What a step that waits costs is of no interest, and how it ended is.
            text = "\(status.symbol) \(action.name)"
            if let outcome = action.waitOutcome {
                text += " \(action.signal ?? outcome.rawValue.replacing("_", with: " "))"
                if let member = action.decidedBy { text += " by \(member)" }
            }
        } else if action.attempts > 1 {
            text += " ×\(action.attempts)"
        }
        if action.run > 1 { text += " run \(action.run)" }
        if action.completedAt == nil, let due = action.performAt, due > now {
            text += " " + Ago.sentence(due, now: now)
        }
        return Table.Cell(text, status.colour)
    }
}
