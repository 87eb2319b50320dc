import Synchronization

extension ActionContext {
    /// How far the attempt is.
    enum Phase: Sendable, Hashable {
        case running
        case transacting
        case committed
        case ended
    }

    /// What the attempt wants to take effect, and loses when the transaction rolls back in which it was set.
    struct Wishes: Sendable {
        var patch = GlobalsPatch()

        /// The position to go to.
        var jump: Int?

        /// The first value that could not be set: a subscript cannot throw, so the attempt fails at its end.
        var refusal: BackOpsError?
    }

    /// What the attempt has asked for so far.
    struct State: Sendable {
        var phase = Phase.running

        /// When the body had ended.
        var ended: ContinuousClock.Instant?

        /// The globals as the attempt found them, with what it checkpointed.
        var globals: Globals

        var wishes = Wishes()

        /// Why a global could not be read: a subscript cannot throw, and what the body does without the value must not count.
        var unreadable: BackOpsError?

        /// What was set since, seen by every read.
        var patch: GlobalsPatch {
            get { wishes.patch }
            set { wishes.patch = newValue }
        }

        init(globals: Globals) { self.globals = globals }

        var isOpen: Bool { phase == .running || phase == .transacting }

        /// What takes effect on completion.
        func result() throws(BackOpsError) -> ActionResult {
            if let refusal = unreadable ?? wishes.refusal { throw refusal }
            try patch.validate()
            return ActionResult(patch: patch, jump: wishes.jump)
        }

        func read(_ key: String) throws(BackOpsError) -> JSONValue? {
            let key = JSONValue.Key(key)
            return patch.covers(key) ? patch[key] : try globals.members()[key]
        }
    }

    /// Why a global could not be read, if one could not.
    var unreadable: BackOpsError? { state.withLock(\.unreadable) }

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
