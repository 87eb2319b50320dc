package import LibPQ

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Does for an action what needs the database; the worker is one, `runInline` another.
package protocol ActionHost: Sendable {
    /// Writes globals at once, whatever becomes of the attempt.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/staleClaim`` when the job was lost.
    func checkpoint(_ patch: GlobalsPatch) async throws

    /// Shows how far the action is. Never waits.
    func report(progress: Double, note: String?)

    /// Counts calls under a rate, in a transaction of its own.
    ///
    /// - Returns: When to ask again, where nothing was counted; nil where they may be made.
    /// - Throws: ``BackOpsError``.
    func consume(_ rate: String, _ count: Int, key: String?) async throws -> Date?

    /// Runs a closure in a transaction and completes the action in the same one.
    ///
    /// The closure may run several times, when the transaction must be repeated; what it returns last counts.
    ///
    /// - Throws: What the closure throws, or ``BackOpsError``; the action is not completed then, unless it is
    ///   ``BackOpsError/Code/unknownCommit``.
    func transaction(_ body: (PQTransaction) async throws -> ActionResult) async throws
}
