import BackOps
import Synchronization

/// An operation that a test writes down where it needs it.
struct Flow: OperationDefinition {
    let branches: [Branch]

    init(@BranchBuilder _ branches: () -> [Branch]) { self.branches = branches() }
}

/// An action that does nothing.
func nothing(_ name: String) -> Do {
    Do(name) { _ in }
}

/// Counts the runs of an action.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    /// Adds one and gives the sum.
    @discardableResult
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

struct Broken: Error {}
