import Synchronization

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension ActionContext {
    /// Goes to a branch when this action has completed.
    ///
    /// The rest of the action runs; the last jump counts, and only if the action completes. Actions of the
    /// target's branch before the target are skipped for good; those from it on run, again if need be.
    ///
    /// - Parameter branch: A branch of the operation; its first action is next.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/unknownJumpTarget``, or with
    ///   ``BackOpsError/Code/actionEnded`` when the action has ended or its transaction has completed it.
    public func jump(to branch: BranchName) throws(BackOpsError) {
        try jump(branch, [])
    }

    /// Goes to an action of a branch when this action has completed, as ``jump(to:)``.
    ///
    /// - Parameters:
    ///   - branch: A branch of the operation.
    ///   - action: The type of the action; the first of that name in the branch is next.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/unknownJumpTarget``, or with
    ///   ``BackOpsError/Code/actionEnded`` when the action has ended or its transaction has completed it.
    public func jump<Step: Action>(to branch: BranchName, at action: Step.Type) throws(BackOpsError) {
        // An operation in flight may have been enqueued under one of the former names.
        try jump(branch, [action.name] + action.formerNames)
    }

    /// Goes to an action of a branch when this action has completed, as ``jump(to:)``.
    ///
    /// - Parameters:
    ///   - branch: A branch of the operation.
    ///   - action: The name of the action; the first of that name in the branch is next.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/unknownJumpTarget``, or with
    ///   ``BackOpsError/Code/actionEnded`` when the action has ended or its transaction has completed it.
    public func jump(to branch: BranchName, at action: String) throws(BackOpsError) {
        try jump(branch, [action])
    }

    private func jump(_ branch: BranchName, _ action: [String]) throws(BackOpsError) {
        let target = try invocation.plan.jumpTarget(branch, at: action)
        try state.withLock { state throws(BackOpsError) in
            guard state.isOpen else { throw .actionEnded("jump(to:)") }
            state.wishes.jump = target
        }
    }

    /// Puts the action off without counting an attempt: it looks again later, which is no failure.
    ///
    /// ```swift
    /// let Settled = Do("AwaitPayout") { context in
    ///     guard try await bank.isSettled(context.globals.payout) else {
    ///         try context.snooze(.seconds(600), atMost: 100, within: .seconds(86_400))
    ///     }
    /// }
    /// ```
    ///
    /// An action that has used up a limit fails for good with the error `SnoozeLimit`, as if it had thrown it; a retry of the
    /// operation allows it as much again. With `within` it has its last turn at the end of that time, however long `duration` is.
    ///
    /// - Parameters:
    ///   - duration: How long; less than zero means not at all.
    ///   - atMost: How often this action may be snoozed in its run, 1 or more; nil for as often as it likes.
    ///   - within: For how long it may be snoozed from the start of the first attempt that was, more than zero; nil for as long as
    ///     it likes.
    /// - Returns: Never.
    /// - Throws: ``Snooze``, always: let it pass.
    public func snooze(
        _ duration: Duration,
        atMost: Int? = nil,
        within: Duration? = nil
    ) throws -> Never {
        throw Snooze(.in(max(.zero, duration)), atMost: atMost, within: within)
    }

    /// Puts the action off to a date without counting an attempt.
    ///
    /// - Parameters:
    ///   - date: When it becomes due again; in the past means at once.
    ///   - atMost: As in ``snooze(_:atMost:within:)``.
    ///   - within: As in ``snooze(_:atMost:within:)``.
    /// - Returns: Never.
    /// - Throws: ``Snooze``, always: let it pass.
    public func snooze(until date: Date, atMost: Int? = nil, within: Duration? = nil) throws -> Never {
        throw Snooze(.at(date), atMost: atMost, within: within)
    }
}
