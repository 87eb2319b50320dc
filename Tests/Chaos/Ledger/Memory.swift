import BackOps
import LibPQ
import Synchronization

/// What the run was told by the database, kept outside of it: a server that loses a commit cannot lose this too.
final class Memory: Sendable {
    /// A worker that was killed, and the operations that it held then.
    struct Kill: Sendable {
        let pid: Int32
        let at: PQTimestamp
        let held: [Int64]
    }

    struct State: Sendable {
        /// Operations whose enqueue was acknowledged, by id, with their keys.
        var acknowledged: [Int64: String] = [:]
        /// Operations that were acknowledged under a key, in another mode than once.
        var keyed: [Int64: String] = [:]
        /// Numbers of enqueues that were acknowledged, whose globals are merged, with their keys.
        var merged: [Int64: String] = [:]
        /// Ids that somebody asked to cancel, with or without an answer.
        var cancelled: Set<Int64> = []
        /// Values of the global `steered` whose writing was acknowledged.
        var steered: [Int64: Int64] = [:]
        /// Operations whose signal was acknowledged, with its key.
        var signalled: [Int64: String] = [:]
        /// Approvals whose decision was acknowledged: `approved ann`.
        var decided: [Int64: String] = [:]
        var kills: [Kill] = []
        var faults: [FaultKind: Int] = [:]
        /// Violations seen while it ran.
        var violations: [Violation] = []
        var invariantChecks = 0
        var delayedWritesRefused = 0
    }

    private let state = Mutex(State())

    func note(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    var now: State { state.withLock { $0 } }

    /// Counts a fault that really happened.
    func injected(_ kind: FaultKind) { note { $0.faults[kind, default: 0] += 1 } }

    /// Remembers a decision that counts, which is the only one of its approval.
    func decided(_ record: ApprovalRecord, as verdict: Decision.Verdict, by name: String) {
        let decision = "\(verdict.rawValue) \(name)"
        note { state in
            if let before = state.decided.updateValue(decision, forKey: record.id) {
                state.violations.append(
                    Violation(
                        "decision",
                        "approval \(record.id) was \(before), and then \(decision)",
                        operation: record.operationID
                    )
                )
            }
        }
    }

    /// Remembers an answer to an enqueue.
    ///
    /// The same key must always give the same id.
    func acknowledge(_ id: Int64, key: String) {
        note { state in
            if let before = state.acknowledged.updateValue(key, forKey: id), before != key {
                state.violations.append(
                    Violation("key", "id \(id) was given for the keys \(before) and \(key)", operation: id)
                )
            }
        }
    }
}
