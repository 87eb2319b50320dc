import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension FlowGraph {
    /// Draws the outcome of an operation.
    ///
    /// Jumps that were made show in the order in which actions completed; those that were not are drawn where `plan`, the
    /// registered one, has the same actions.
    init(_ record: OperationRecord, _ actions: [ActionRecord], plan: Plan?, now: Date) {
        let boxes = actions.map { action in
            Box(
                position: action.position,
                branch: action.branch.description,
                name: action.name,
                status: Status(action.status.rawValue),
                remark: Self.remark(action, now: now),
                isWait: action.wait != nil
            )
        }
        var arrows = Self.steps(boxes)
        for arrow in Self.jumpsMade(actions) where !arrows.contains(where: { $0.isAlong(arrow) }) {
            arrows.append(arrow)
        }
        if let plan, plan.entries.map(\.path) == actions.map({ "\($0.branch)/\($0.name)" }) {
            for arrow in Self.jumps(plan) where !arrows.contains(where: { $0.isAlong(arrow) }) {
                arrows.append(arrow)
            }
        }
        self.init(title: "\(record.name) #\(record.id)", boxes: boxes, arrows: arrows)
    }

    /// The steps from one action to the one that came after it, where that is not simply the next one.
    private static func jumpsMade(_ actions: [ActionRecord]) -> [Arrow] {
        let done = actions.filter { $0.completedAt != nil }.sorted {
            ($0.completedAt ?? .distantPast, $0.position) < ($1.completedAt ?? .distantPast, $1.position)
        }
        let current = actions.filter { ![.completed, .skipped, .open].contains($0.status) }
        let way = done + current
        return zip(way, way.dropFirst()).map {
            Arrow(from: $0.position, to: $1.position, kind: .jumped)
        }
    }

    private static func remark(_ action: ActionRecord, now: Date) -> String {
        var parts: [String] = []
        if action.attempts > 1 { parts.append("×\(action.attempts)") }
        if action.run > 1 { parts.append("run \(action.run)") }
        if let wait = action.wait { parts.append(remark(wait, action)) }
        if action.completedAt == nil, let due = action.performAt, due > now {
            parts.append(Ago.sentence(due, now: now))
        }
        return parts.joined(separator: " ")
    }

    /// What it waits for, or how that ended; as the SQL function `flow` has it.
    private static func remark(_ wait: JSONValue, _ action: ActionRecord) -> String {
        if let outcome = action.waitOutcome {
            let by = action.signal ?? action.decidedBy.map { "by \($0)" }
            return [outcome.rawValue.replacing("_", with: " "), by].compactMap(\.self).joined(separator: " ")
        }
        if let names = wait["signals"]?.arrayValue?.compactMap(\.stringValue) {
            return "for " + names.joined(separator: " or ")
        }
        if wait["approval"] != nil { return "by \(wait["role"]?.stringValue ?? "anybody")" }
        if let global = wait["until"]?.stringValue { return "until \(global)" }
        return wait["for"]?.doubleValue.map { DurationText.short(.seconds($0)) } ?? ""
    }
}

extension FlowGraph.Arrow {
    /// Whether both lead from the same action to the same action.
    fileprivate func isAlong(_ other: Self) -> Bool { from == other.from && to == other.to }
}
