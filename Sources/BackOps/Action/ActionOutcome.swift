/// Holds what takes effect when an action completes.
package struct ActionResult: Sendable, Hashable {
    /// The globals that it set and removed since the last checkpoint.
    package var patch: GlobalsPatch

    /// The position that it jumps to, when it jumps.
    package var jump: Int?

    package init(patch: GlobalsPatch = GlobalsPatch(), jump: Int? = nil) {
        self.patch = patch
        self.jump = jump
    }
}

/// Says how one attempt ended.
package enum ActionOutcome: Sendable {
    /// The body returned; the result is to be written.
    case completed(ActionResult)
    /// The action completed itself with ``ActionContext/transaction(_:)``; nothing is left to write.
    case committed(ActionResult)
    /// The body threw, or took too long.
    case failed(FailureRecord)
    /// The body put itself off; the attempt does not count.
    case snoozed(Snooze)
    /// The body gave way to the cancellation of its task; whether the attempt counts is the worker's to say.
    case cancelled
}
