/// Waits until a condition holds: for what another process or thread brings about.
///
/// It sleeps in between: tests that only yield to each other keep all threads busy, and starve the others.
package func eventually(
    _ what: String,
    within limit: Duration = .seconds(600),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what, limit: limit) }
        try await Task.sleep(for: .milliseconds(10))
    }
}

package struct NeverHappened: Error, CustomStringConvertible {
    let what: String
    let limit: Duration

    package init(what: String, limit: Duration) {
        self.what = what
        self.limit = limit
    }

    package var description: String { "it did not happen within \(limit) that \(what)" }
}
