import LibPQ

/// Tells a ``Dispatcher`` what comes in, and has a shell carry out its commands.
///
/// In a worker's process and in a simulation of it alike, so that both take their turns in the same order.
package struct DispatchTurns<Shell: DispatchShell> {
    package private(set) var dispatcher: Dispatcher
    package var shell: Shell

    /// What is to be done; the buffers are used again and again.
    private var commands: [Dispatcher.Command] = []
    private var batch: [Dispatcher.Command] = []

    /// What the dispatcher has decided for the time being.
    private var rest: Rest?

    /// What to do when everything is done that can be done now.
    package enum Rest: Sendable {
        /// Sleep until a point in time, unless that many actions end before, or anything else happens.
        case wait(until: Instant, endings: Int)
        case finish(Dispatcher.End)
    }

    package init(_ dispatcher: Dispatcher, _ shell: Shell) {
        self.dispatcher = dispatcher
        self.shell = shell
    }

    /// Tells the dispatcher what has come in.
    package mutating func tell(_ news: WorkerInbox.News) {
        let now = shell.now
        for answer in news.answers {
            shell.hasLanded(answer.number)
            handle(.answered(withoutCommitting(answer)), at: now)
        }
        for ended in news.ended {
            shell.forget(ended.end.job.claim.claimID)
            handle(.ended(ended), at: now)
        }
        for (claim, text) in news.traces { handle(.named(claim, trace: text), at: now) }
        for claim in news.lostClaims { handle(.lost(claim: claim), at: now) }
        if let hearing = news.connected { handle(.connected(hearing), at: now) }
        if news.isWoken { handle(.woken, at: now) }
        if news.hasSuspects { handle(.foundSuspects, at: now) }
        if news.stop > .no { handle(.stop(news.stop), at: now) }
        if news.leaseEnded { handle(.leaseEnded, at: now) }
    }

    /// Lets the dispatcher decide what is to be done now, which may take the answer to a command.
    package mutating func decide() -> Rest {
        while true {
            let now = shell.now
            if dispatcher.asksForReports(at: now) { handle(.reports(shell.takeReports()), at: now) }
            let oldest = dispatcher.mayHaveWaiting ? shell.oldestWaiting : nil
            handle(.caughtUp(oldestWaiting: oldest), at: now)
            if let rest = rest.take() { return rest }
        }
    }

    /// Tells the dispatcher, which has finished, what has come in since, the last answers among it; no more comes.
    package mutating func leave(_ news: WorkerInbox.News) {
        tell(news)
        handle(.left, at: shell.now)
    }

    /// Leaves out lost claims whose actions may have completed themselves: those learn by themselves what became of them.
    private func withoutCommitting(_ answer: RoundTripAnswer) -> RoundTripAnswer {
        guard case .success(let given) = answer.answers, given.contains(where: \.tellsOfLostClaims) else {
            return answer
        }
        let answers = given.map { result -> Result<Answer, PQError> in
            guard case .success(.lost(let rows)) = result else { return result }
            let lost = rows.filter { row in
                if case .content(let claim) = row { !shell.mayHaveCompletedItself(claim) } else { true }
            }
            return .success(.lost(lost))
        }
        return RoundTripAnswer(number: answer.number, answers: .success(answers), duration: answer.duration)
    }

    private mutating func handle(_ event: Dispatcher.Event, at now: Instant) {
        dispatcher.handle(event, at: now, into: &commands)
        while !commands.isEmpty {
            swap(&commands, &batch)
            for index in batch.indices { carryOut(batch[index]) }
            batch.removeAll(keepingCapacity: true)
        }
    }

    private mutating func carryOut(_ command: Dispatcher.Command) {
        switch command {
        case .send(let exchange): shell.send(exchange)
        case .start(let job, let mayWait):
            if !shell.start(job, mayWait: mayWait) {
                dispatcher.handle(
                    .foundNoSlot(claim: job.claim.claimID),
                    at: shell.now,
                    into: &commands
                )
            }
        case .cancel(let job): shell.cancel(job)
        case .withdrawWaiting(let moment):
            let claims = shell.withdrawWaiting(since: moment)
            dispatcher.handle(.withdrawn(claims: claims), at: shell.now, into: &commands)
        case .name(let trace, let claim): shell.name(trace, of: claim)
        case .restoreReports(let reports): shell.restore(reports)
        case .tell(let note): shell.tell(note)
        case .wait(let moment, let endings): rest = .wait(until: moment, endings: endings)
        case .finish(let end):
            if case .leaseEnded = end { shell.closeSlots() }
            rest = .finish(end)
        }
    }
}

extension Result where Success == Answer, Failure == PQError {
    fileprivate var tellsOfLostClaims: Bool { if case .success(.lost) = self { true } else { false } }
}
