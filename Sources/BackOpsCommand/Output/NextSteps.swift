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

    private var steps: [(reason: String, command: String)] {
        let id = record.id
        let elsewhere = target.map { ("elsewhere", "jump \(id) \($0)") }
        let retry = ("retry now", "retry \(id)"), cancel = ("cancel", "cancel \(id)")
        return switch record.status {
        case "failed": [retry, ("leave it out", "skip \(id)")] + [elsewhere].compactMap { $0 }
        case "retrying": [retry] + [elsewhere].compactMap { $0 } + [cancel]
        case "cancelled": [("go on", "retry \(id)")]
        case "completed": target.map { [("run again", "run-from \(id) \($0)")] } ?? []
        default: [cancel]
        }
    }

    /// The action behind the one that it is at, else the first, as a shell takes it.
    private var target: String? {
        let paths = actions.map { "\($0.branch)/\($0.name)" }
        let current = record.action.flatMap { paths.firstIndex(of: $0) }
        let path = current.flatMap { paths.indices.contains($0 + 1) ? paths[$0 + 1] : nil } ?? paths.first
        return path.map(ShellWord.quoted)
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
