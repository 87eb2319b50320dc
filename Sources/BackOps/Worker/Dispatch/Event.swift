package import LibPQ

extension Dispatcher {
    /// Something that a worker has to react to.
    package enum Event: Sendable {
        /// A round trip is over.
        case answered(RoundTripAnswer)
        /// The body of an action has ended.
        case ended(EndedAction)
        /// An action that must not wait was not started, because no slot is free.
        case foundNoSlot(claim: Int64)
        /// Actions that waited for a slot were taken back, as the command said.
        case withdrawn(claims: [Int64])
        /// Names of a stack were looked up.
        case named(Claim, trace: String)
        /// The database has taken a claim away.
        case lost(claim: Int64)
        /// The heartbeat has connected.
        case connected(WakeMode)
        /// There is work.
        case woken
        /// There are jobs whose worker died.
        case foundSuspects
        /// The worker is to stop.
        case stop(WorkerInbox.Stop)
        /// The lease has ended: what this worker holds is anybody's.
        case leaseEnded
        /// Running actions have told how far they are; ``Dispatcher/asksForReports(at:)`` says when to look.
        case reports([(claim: Claim, report: ProgressReport)])
        /// Everything that has happened was told. What is to be done now is done, up to a ``Command/wait(until:endings:)`` or a
        /// ``Command/finish(_:)``.
        ///
        /// - oldestWaiting: Since when the action that is next has waited for a slot; nil when none waits.
        case caughtUp(oldestWaiting: Instant?)
        /// The worker has finished, and no answer is under way any more.
        case left
    }
}

/// An attempt that has ended.
package struct EndedAction: Sendable {
    package let end: AttemptEnd
    package let outcome: ActionOutcome
    /// What the database answered, for an action that completed itself in a transaction.
    package let committed: CompletionResult?
    /// What it logged, where that is to be stored.
    package let log: PQJSON?

    package init(
        end: AttemptEnd,
        outcome: ActionOutcome,
        committed: CompletionResult? = nil,
        log: PQJSON? = nil
    ) {
        self.end = end
        self.outcome = outcome
        self.committed = committed
        self.log = log
    }
}
