import Synchronization

extension ActionContext {
    /// How far the attempt is.
    enum Phase: Sendable, Hashable {
        case running
        case transacting
        case committed
        case ended
    }

    /// What the attempt has asked for so far.
    struct State: Sendable {
        var phase = Phase.running

        /// When the body had ended.
        var ended: ContinuousClock.Instant?

        /// The globals as the attempt found them, with what it checkpointed.
        var globals: Globals

        /// What was set since, seen by every read.
        var patch = GlobalsPatch()

        /// The position to go to.
        var jump: Int?

        /// The first value that could not be set: a subscript cannot throw, so the attempt fails at its end.
        var refusal: BackOpsError?

        init(globals: Globals) { self.globals = globals }

        var isOpen: Bool { phase == .running || phase == .transacting }

        /// What takes effect on completion.
        func result() throws(BackOpsError) -> ActionResult {
            if let refusal { throw refusal }
            try patch.validate()
            return ActionResult(patch: patch, jump: jump)
        }

        func read(_ key: String) throws(BackOpsError) -> JSON? {
            patch.covers(key) ? patch[key] : try globals.members()[key]
        }
    }

    /// How far the attempt is.
    var phase: Phase { state.withLock(\.phase) }

    /// How long the body ran: what comes afterwards, such as finding the names for a stack trace, does not count.
    var duration: Duration { (state.withLock(\.ended) ?? .now) - began }

    /// Ends the attempt and gives what it asked for; nothing that is set afterwards counts.
    ///
    /// - Returns: The result, and whether ``transaction(_:)`` has already stored it.
    package func end() -> (result: Result<ActionResult, BackOpsError>, isCommitted: Bool) {
        state.withLock { state in
            let isCommitted = state.phase == .committed
            state.phase = .ended
            state.ended = .now
            do throws(BackOpsError) {
                return (.success(try state.result()), isCommitted)
            } catch {
                return (.failure(error), isCommitted)
            }
        }
    }
}
