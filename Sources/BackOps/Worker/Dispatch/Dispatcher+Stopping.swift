import Logging

/// How a worker ends.
extension Dispatcher {
    func isFinished(at now: Instant) -> Bool {
        let isIdle =
            running.isEmpty && isWritten && undescribed.isEmpty && roundTrips.isEmpty
            && !reconciliation.isOpen
        switch phase {
        case .working: return false
        case .draining: return isIdle && look.foundNothing && suspects.foundNothing
        case .finishing: return isIdle
        case .cancelling(let until): return isIdle || until <= now
        case .evicted: return true
        }
    }

    /// Begins to stop; a less urgent request than an earlier one changes nothing.
    mutating func begin(_ stop: WorkerInbox.Stop, _ now: Instant, _ commands: inout [Command]) {
        guard stop > phase.stop else { return }
        switch stop {
        case .no: return
        case .whenIdle:
            phase = .draining
            return
        case .graceful:
            phase = .finishing(until: now + configuration.gracePeriod)
            commands.log(
                .info,
                "worker stops: it finishes what runs",
                more: [
                    "running": .stringConvertible(running.count), "grace": "\(configuration.gracePeriod)",
                ]
            )
        case .now:
            phase = .finishing(until: now)
            commands.log(
                .info,
                "worker stops at once: it hands back what runs",
                more: ["running": .stringConvertible(running.count)]
            )
        }
        mustTellStop = true
        commands.append(.tell(.observe(.workerIsStopping)))
        hurryTraces(at: now)
    }

    /// Ends what has not ended within the grace period; it is handed back at no cost in attempts.
    mutating func cancelRest(_ deadline: Instant, _ commands: inout [Command]) {
        phase = .cancelling(until: deadline + Self.cancellationGrace)
        for action in runningInOrder { commands.append(.cancel(action.job)) }
    }

    mutating func cancelEverything(_ commands: inout [Command]) {
        for action in runningInOrder {
            commands.log(.notice, "action is cancelled: the worker's lease has ended", job: action.job)
            commands.append(.cancel(action.job))
        }
        running = [:]
        lose(takeOutcomes(), Self.refusedAfterLease, &commands)
    }

    /// Says what was not written before the worker left; what has no outcome is handed back when it says goodbye.
    mutating func leaveOutcomes(_ commands: inout [Command]) {
        var outcomes = takeOutcomes()
        (outcomes.releases, outcomes.neverStarted) = ([], [])
        lose(outcomes, phase == .evicted ? Self.refusedAfterLease : Self.notWritten, &commands)
    }

    private static let refusedAfterLease: Logger.Message =
        "result of an action is refused: the worker's lease has ended"
    private static let notWritten: Logger.Message =
        "result of an action is not written: the worker stops before the database takes it"

    /// The same order whenever the same jobs run.
    var runningInOrder: [RunningJob] { running.values.sorted { $0.job.claim < $1.job.claim } }

    private mutating func takeOutcomes() -> Outbox {
        var outcomes = outbox
        outcomes.add(retries.outcomes)
        outcomes.failures += resolving.sorted { $0.key < $1.key }.map(\.value.attempt)
        (outbox, retries, resolving) = (Outbox(), OutcomeRetries(), [:])
        return outcomes
    }

    /// Tells of outcomes that are not written.
    private func lose(_ outcomes: Outbox, _ reason: Logger.Message, _ commands: inout [Command]) {
        for attempt in outcomes.completions {
            commands.log(.warning, reason, job: attempt.job)
            commands.append(.tell(.lose(attempt.end)))
        }
        for attempt in outcomes.failures {
            commands.log(.warning, reason, claim: attempt.claim, job: attempt.job)
        }
        for claim in outcomes.snoozes.map(\.claim) + outcomes.releases + outcomes.neverStarted {
            commands.log(.warning, reason, claim: claim)
        }
    }
}
