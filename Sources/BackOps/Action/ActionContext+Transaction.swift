public import LibPQ
import Synchronization

extension ActionContext {
    /// Completes the action together with changes of your own, in one transaction.
    ///
    /// The statements, the globals, the jump and the completion commit together or not at all, so these
    /// effects happen exactly once. When it returns, the action is completed: what the body does afterwards
    /// can neither set a global (it is ignored, with a warning) nor jump (it throws), and an error that it
    /// throws is only logged. Call it last.
    ///
    /// The closure may run more than once, when the database asks for a repetition.
    ///
    /// - Parameter body: Runs statements; set globals and jump in it as outside.
    /// - Throws: What the closure throws, and then the transaction is rolled back and the action goes on;
    ///   ``BackOpsError`` with ``BackOpsError/Code/staleClaim`` when the job was lost, with
    ///   ``BackOpsError/Code/unknownCommit`` when the connection died during the commit, or with
    ///   ``BackOpsError/Code/actionEnded`` for a second transaction.
    public func transaction(_ body: (PQTransaction) async throws -> Void) async throws {
        try state.withLock { state throws(BackOpsError) in
            guard state.phase == .running else { throw .actionEnded("transaction(_:)") }
            state.phase = .transacting
        }
        do {
            try await host.transaction { executor in
                try await body(executor)
                return try self.state.withLock { state throws(BackOpsError) in
                    // Its time limit may have ended the attempt meanwhile: nothing is committed then.
                    guard state.phase == .transacting else { throw .actionEnded("transaction(_:)") }
                    return try state.result()
                }
            }
            leaveTransaction(.committed)
        } catch {
            leaveTransaction(.running)
            throw error
        }
    }

    /// Goes on, unless the attempt was ended meanwhile by its time limit.
    private func leaveTransaction(_ phase: Phase) {
        state.withLock { state in
            if state.phase == .transacting { state.phase = phase }
        }
    }
}
