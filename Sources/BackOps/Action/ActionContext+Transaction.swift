public import LibPQ
import Synchronization

extension ActionContext {
    /// How often the closure of a transaction runs that others are in the way of.
    package static let transactionAttempts = 5

    /// Completes the action together with changes of your own, in one transaction.
    ///
    /// The statements, the globals, the jump and the completion commit together or not at all, so these
    /// effects happen exactly once. What is set while the closure runs goes with a transaction that rolls back, and with a
    /// savepoint of it: after the error, globals and jump are what they were before. Progress that was reported stays. When it
    /// returns, the action is completed: what the body does afterwards can neither set a global (it is ignored, with a warning)
    /// nor jump (it throws), and an error that it throws is only logged. Call it last.
    ///
    /// The closure runs again, five times in all, where PostgreSQL ends the transaction with a deadlock or a serialization
    /// failure and it lets that error pass; each time it begins with the globals and the jump from before.
    ///
    /// - Parameter body: Runs statements; set globals and jump in it as outside.
    /// - Throws: What the closure throws, and then the transaction is rolled back and the action goes on;
    ///   ``BackOpsError`` with ``BackOpsError/Code/staleClaim`` when the job was lost, with
    ///   ``BackOpsError/Code/unknownCommit`` when the connection died during the commit, or with
    ///   ``BackOpsError/Code/actionEnded`` for a second transaction.
    public func transaction(_ body: (PQTransaction) async throws -> Void) async throws {
        let before = try state.withLock { state throws(BackOpsError) in
            guard state.phase == .running else { throw .actionEnded("transaction(_:)") }
            state.phase = .transacting
            return state.wishes
        }
        do {
            try await host.transaction { executor in
                self.goBack(to: before)
                var executor = executor
                executor.undo = {
                    let wishes = self.state.withLock(\.wishes)
                    return { self.goBack(to: wishes) }
                }
                try await body(executor)
                return try self.state.withLock { state throws(BackOpsError) in
                    // Its time limit may have ended the attempt meanwhile: nothing is committed then.
                    guard state.phase == .transacting else { throw .actionEnded("transaction(_:)") }
                    return try state.result()
                }
            }
            leaveTransaction(.committed)
        } catch {
            goBack(to: before)
            leaveTransaction(.running)
            throw error
        }
    }

    /// Forgets what was set since, unless the attempt was ended meanwhile by its time limit.
    private func goBack(to wishes: Wishes) {
        state.withLock { state in
            if state.phase == .transacting { state.wishes = wishes }
        }
    }

    /// Goes on, unless the attempt was ended meanwhile by its time limit.
    private func leaveTransaction(_ phase: Phase) {
        state.withLock { state in
            if state.phase == .transacting { state.phase = phase }
        }
    }
}
