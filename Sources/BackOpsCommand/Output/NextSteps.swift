import BackOps

/// What somebody who looks at an operation may want to type next.
struct NextSteps {
    private let record: OperationRecord
    private let actions: [ActionRecord]

    init(_ record: OperationRecord, _ actions: [ActionRecord]) {
        self.record = record
        self.actions = actions
    }

    func text(_ style: Style) -> String {
        let steps = steps
        let column = steps.map { $0.reason.count }.max() ?? 0
        return steps.map { step in
            style.paint(TextWidth.pad(step.reason, column), .dim) + "  \(Program.name) \(step.command)\n"
        }.joined()
    }

    /// Something to do: why, as a command, and as a call of SQL where there is one.
    private struct Step {
        let reason: String
        let command: String
        let call: String?
    }

    /// The calls that do the same.
    var calls: [String] { steps.compactMap(\.call) }

    private var steps: [Step] {
        let id = record.id
        let retry = Step(reason: "retry now", command: "retry \(id)", call: "retry(\(id))")
        let cancel = Step(reason: "cancel", command: "cancel \(id)", call: "cancel(\(id))")
        return switch record.status {
        case .failed:
            [retry, Step(reason: "leave it out", command: "skip \(id)", call: "skip(\(id))")]
                + to(target, "elsewhere", "jump", "jump")
        case .retrying: [retry] + to(target, "elsewhere", "jump", "jump") + [cancel]
        case .cancelled: [Step(reason: "go on", command: "retry \(id)", call: "retry(\(id))")]
        case .completed: to(target, "run again", "run-from", "run_from")
        case .running: [cancel]
        case .waiting:
            [end(id), Step(reason: "leave it out", command: "skip \(id)", call: "skip(\(id))"), cancel]
        default: [Step(reason: "why", command: "explain \(id)", call: "explain(\(id))"), cancel]
        }
    }

    /// What ends the wait that it is at.
    private func end(_ id: Int64) -> Step {
        guard let wait = actions.first(where: { $0.status == .waiting })?.wait else {
            let isPaced = record.note?.hasPrefix("waits for a start under the rate") == true
            return isPaced
                ? Step(reason: "see the rate", command: "rates", call: nil)
                : Step(reason: "see the limit", command: "limits", call: nil)
        }
        if let approval = wait["approval"]?.stringValue {
            return Step(
                reason: "approve",
                command: "decide \(id) \(ShellWord.quoted(approval)) approved",
                call: "decide(\(id), \(SQLText.literal(approval)), 'approved')"
            )
        }
        guard let signal = wait["signals"]?.arrayValue?.first?.stringValue else {
            return Step(reason: "wake it up", command: "wake-up \(id)", call: "wake_up(\(id))")
        }
        return Step(
            reason: "let it go on",
            command: "signal \(id) \(ShellWord.quoted(signal))",
            call: "signal(\(id), \(SQLText.literal(signal)))"
        )
    }

    private func to(_ target: ActionRecord?, _ reason: String, _ command: String, _ call: String) -> [Step] {
        guard let target else { return [] }
        let path = ShellWord.quoted("\(target.branch)/\(target.name)")
        let place = [target.branch.description, target.name].map(SQLText.literal).joined(separator: ", ")
        return [
            Step(
                reason: reason,
                command: "\(command) \(record.id) \(path)",
                call: "\(call)(\(record.id), \(place))"
            )
        ]
    }

    /// The action behind the one that it is at, else the first.
    private var target: ActionRecord? {
        let current = record.action.flatMap { path in actions.firstIndex { "\($0.branch)/\($0.name)" == path }
        }
        return current.flatMap { actions.indices.contains($0 + 1) ? actions[$0 + 1] : nil } ?? actions.first
    }
}

/// Quotes text for a shell.
enum ShellWord {
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch UInt8(byte) {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-._/:,@%+=".utf8.contains(byte)
                }
            }
        return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
