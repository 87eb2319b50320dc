import BackOps

/// What is done to operations, in words.
struct SteeringVerb {
    /// The beginning of a question, such as "Retry 8 operations?".
    let present: String
    /// As a report says it, and as the member of the `--json` document: "retried 8 operations".
    let past: String
    /// The states that it is for, when none were asked for.
    let states: [OperationState]
    /// The states that it can be done to.
    let allowed: [OperationState]
    /// What else it can be done to, of a state that is not allowed as a whole.
    var also: [OperationStatus] = []
    /// Whether somebody expects the operation to go on afterwards.
    var goesOn = true

    func allows(_ word: StateWord) -> Bool {
        allowed.contains(word.state) || word.status.map(also.contains) == true
    }

    var allowedWords: [String] { allowed.map(\.rawValue) + also.map(\.rawValue) }

    /// Those that somebody cancelled on purpose stay so, unless they are asked for.
    static let retry = SteeringVerb(
        present: "Retry",
        past: "retried",
        states: [.failed],
        allowed: [.failed, .cancelled],
        also: [.retrying]
    )
    static let cancel = SteeringVerb(
        present: "Cancel",
        past: "cancelled",
        states: [.active],
        allowed: [.active],
        goesOn: false
    )
    static let skip = SteeringVerb(
        present: "Skip an action of",
        past: "skipped",
        states: [.failed],
        allowed: [.active, .failed]
    )
    static let jump = SteeringVerb(
        present: "Move",
        past: "moved",
        states: [.failed],
        allowed: [.active, .failed, .cancelled]
    )
    static let runFrom = SteeringVerb(
        present: "Run again",
        past: "restarted",
        states: [.failed],
        allowed: OperationState.allCases
    )
    static let rerun = SteeringVerb(
        present: "Enqueue once more",
        past: "enqueued",
        states: [.failed],
        allowed: OperationState.allCases
    )
    static let reschedule = SteeringVerb(
        present: "Reschedule",
        past: "rescheduled",
        states: [.active],
        allowed: [.active]
    )
    static let wakeUp = SteeringVerb(
        present: "Wake up",
        past: "woken",
        states: [.active],
        allowed: [.active]
    )
    static let signal = SteeringVerb(
        present: "Signal",
        past: "signalled",
        states: [.active],
        allowed: [.active],
        goesOn: false
    )
    static let set = SteeringVerb(
        present: "Set globals of",
        past: "changed",
        states: [.active, .failed],
        allowed: OperationState.allCases,
        goesOn: false
    )

    /// What a person should know of an operation to which this was done.
    func remark(on record: OperationRecord) -> String? {
        guard past == Self.set.past else { return nil }
        return switch record.status {
        case .running:
            "an action of #\(record.id) runs right now: it sees the change from its next attempt on"
        case .completed, .cancelled:
            "#\(record.id) is \(record.status): nothing reads its globals unless it runs again"
        default: nil
        }
    }
}
