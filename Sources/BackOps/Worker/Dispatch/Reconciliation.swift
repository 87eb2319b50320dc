/// Whether the worker has to ask which claims the database holds for it.
///
/// It may hold some that this process does not know of: an answer was lost, or nobody listened for a while. An answer is worth
/// nothing when the reason to ask came up after the question was sent.
package struct Reconciliation: Sendable {
    private enum State {
        case settled
        case due
        case asking
        /// There is a new reason since the question was sent.
        case outdated
        /// The answer is being read.
        case reading
    }

    private var state = State.settled

    package init() {}

    /// Whether the worker does not know, yet, what it holds.
    package var isOpen: Bool { state != .settled }

    /// There is a reason to ask.
    package mutating func request() {
        switch state {
        case .settled: state = .due
        case .asking: state = .outdated
        case .due, .outdated, .reading: break
        }
    }

    /// The question is sent.
    package mutating func ask() { state = .asking }

    /// The round trip of the question is back; what its other answers give reason for was asked in it.
    package mutating func read() { state = state == .asking ? .reading : .due }

    /// The question was answered.
    package mutating func answered() { if state == .reading { state = .settled } }

    /// The round trip was read to its end, with an answer or without.
    package mutating func hasRead() { if state == .reading { state = .due } }
}
