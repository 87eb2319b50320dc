import Synchronization

/// Remembers the last errors thrown by one action, each with its stack.
///
/// An error is found again by the address of its box. It is retained, or another error could get the
/// same address; so only a few are kept, and none after the action has ended.
final class ThrowRecorder: Sendable {
    /// The recorder of the action that the current task works for.
    @TaskLocal static var current: ThrowRecorder?

    /// The most errors kept, for actions that throw and catch in a loop.
    static let capacity = 8

    private let limit: Int
    private let throwSites = Mutex<[ThrowSite]?>([])

    init(limit: Int) {
        self.limit = limit
    }

    /// Keeps `error` and the calling stack; of a box that is thrown again, the first stack.
    func record(_ error: any Error) {
        let again = throwSites.withLock { sites -> Bool in
            guard let index = sites?.lastIndex(where: { $0.isBox(of: error) }) else { return sites == nil }
            guard let site = sites?.remove(at: index) else { return true }
            sites?.append(site)
            return true
        }
        if again { return }
        let site = ThrowSite(error: error, stack: CapturedStack(limit: limit))
        // Handed out of the lock: releasing an error may run a deinit of the user's.
        _ = throwSites.withLock { sites -> ThrowSite? in
            guard let count = sites?.count else { return nil }
            sites?.append(site)
            return count < Self.capacity ? nil : sites?.removeFirst()
        }
    }

    /// Finds where `error` was thrown, without looking up any names yet.
    func trace(of error: any Error) -> FailureTrace {
        let sites = throwSites.withLock { $0 ?? [] }
        guard let last = ThrowSite.last(of: error, among: sites) else { return .missing(.notSeen) }
        let before = ThrowSite.first(equalTo: error, among: sites[..<last])
        return .recorded(thrown: sites[last].stack, before: before.map { sites[$0].stack }, limit: limit)
    }

    /// Releases what was recorded and ignores later throws, as of a task that outlives its action.
    func close() {
        _ = throwSites.withLock { sites in
            defer { sites = nil }
            return sites
        }
    }
}
