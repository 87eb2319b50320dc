import BackOps
import LibPQ

/// The body of an action: it takes its time, and then ends as its operation's conduct has it.
final class SimulatedAction {
    let job: ClaimedJob
    unowned let worker: SimulatedWorker
    private let startedAt: Moment
    private var dice: Dice
    private let conduct: Conduct
    private(set) var isCancelled = false
    private var isOver = false
    var report: ProgressReport?

    /// How far it has come in completing itself.
    private var completing = Completing.no

    private enum Completing {
        case no, underWay, done
    }

    private var simulation: Simulation { worker.simulation }

    init(_ job: ClaimedJob, _ worker: SimulatedWorker) {
        self.job = job
        self.worker = worker
        startedAt = worker.simulation.now
        conduct = worker.simulation.conduct(of: job.claim.operationID)
        // By the command that made the operation.
        dice = Dice(
            seed: worker.simulation.scenario.seed,
            Int(job.claim.operationID / 1_000),
            Int(job.claim.claimID)
        )
    }

    var mayHaveCompletedItself: Bool { completing != .no }

    /// Whether it does anything: it has neither ended nor been told to, and has not come to its commit.
    var isAtWork: Bool { !isOver && !isCancelled && completing == .no }

    func start() {
        simulation.checks.starts(self)
        let duration = dice.between(conduct.duration)
        if duration > .ms(100), dice.chance(500) {
            worker.process.after(duration / 2) { [self] in
                if isAtWork { report = ProgressReport(progress: 0.5, note: nil) }
            }
        }
        worker.process.after(duration) { [self] in if !isOver { reachEnd() } }
    }

    func cancel() {
        guard !isCancelled, !isOver else { return }
        isCancelled = true
        guard !conduct.isStubborn, completing == .no else { return }
        worker.process.after(dice.below(.ms(2))) { [self] in if !isOver { end(.cancelled) } }
    }

    func processHasEnded() {
        isOver = true
        simulation.checks.isOver(self)
    }

    private func reachEnd() {
        if conduct.poison == job.position, job.branch == "main" {
            simulation.checks.poisons(job)
            worker.process.kill("poison of operation \(job.claim.operationID)")
            return
        }
        if dice.chance(conduct.failingForGood) {
            end(.failed(FailureRecord(Failure.permanent("for good"))))
        } else if dice.chance(conduct.failing) {
            end(.failed(FailureRecord(Mishap())))
        } else if dice.chance(conduct.snoozing) {
            let delay = Duration.microseconds(dice.below(.s(5)))
            end(.snoozed(Snooze(.in(delay), atMost: dice.chance(500) ? 1 + dice.below(3) : nil)))
        } else if dice.chance(conduct.committing) {
            commit()
        } else {
            end(.completed(result()))
        }
    }

    private struct Mishap: Error {}

    private func result() -> ActionResult {
        var result = ActionResult()
        if dice.chance(500) {
            result.patch[JSONValue.Key("k\(dice.below(3))")] = .string("\(job.claim.claimID)")
        }
        if dice.chance(conduct.unstorable) { result.patch[JSONValue.Key("unstorable")] = .null }
        if job.operation == "Three", dice.chance(conduct.jumping) { result.jump = 1 + dice.below(5) }
        return result
    }

    private func end(_ outcome: ActionOutcome, committed: CompletionResult? = nil) {
        guard !isOver else { return }
        isOver = true
        simulation.checks.isOver(self)
        let end = AttemptEnd(job: job, duration: .microseconds(simulation.now - startedAt))
        worker.slots.leave(self)
        worker.add(EndedAction(end: end, outcome: outcome, committed: committed))
    }
}

// MARK: - An action that completes itself

extension SimulatedAction {
    private enum Reply {
        case none
        case result(CompletionResult)
        case refused(PQError)
    }

    /// Completes the action in a transaction of its own, as the last thing that it does.
    private func commit() {
        completing = .underWay
        let attempt = CompletedAttempt(end: AttemptEnd(job: job), result: result())
        var reply = Reply.none
        let isLostBefore = dice.chance(100) && simulation.network.isBad
        simulation.network.call(
            from: worker.process,
            timeout: simulation.scenario.lease / 2,
            { [self] in
                guard !isLostBefore else { return }
                do throws(PQError) {
                    reply = .result(try worker.server.completeAlone(attempt, worker: worker.id))
                } catch {
                    reply = .refused(error)
                }
            },
            { [self] isAnswered in
                guard !isOver else { return }
                guard isAnswered else {
                    // Whether it has committed is asked, unless it cannot have.
                    if isLostBefore {
                        fail(PQError(.connectionLost, "The server closed the connection."))
                    } else {
                        findOut()
                    }
                    return
                }
                hears(reply, attempt)
            }
        )
    }

    private func hears(_ reply: Reply, _ attempt: CompletedAttempt) {
        switch reply {
        case .none: fail(PQError(.connectionLost, "The server closed the connection."))
        case .refused(let error): fail(error)
        case .result(let completion):
            switch completion.outcome {
            case .busy, .stale, .done, .invalid: fail(Mishap())
            case .advanced, .queued, .completed, .failed:
                completing = .done
                end(.committed(attempt.result), committed: completion)
            }
        }
    }

    /// The connection died during the commit: the claim tells which way it went.
    private func findOut() {
        var fate: Fate?
        simulation.network.call(
            from: worker.process,
            timeout: simulation.scenario.lease / 2,
            { [self] in fate = worker.server.fate(of: job.claim) },
            { [self] isAnswered in
                guard !isOver else { return }
                if isAnswered, fate == .done {
                    completing = .done
                    end(
                        .committed(ActionResult()),
                        committed: CompletionResult(claim: job.claim, outcome: .done)
                    )
                } else {
                    fail(Mishap())
                }
            }
        )
    }

    private func fail(_ error: any Error) {
        completing = .no
        end(isCancelled && !conduct.isStubborn ? .cancelled : .failed(FailureRecord(error)))
    }
}

/// What became of a claim that its worker knows nothing of.
enum Fate { case done, other }

extension SimulatedServer {
    func fate(of claim: Claim) -> Fate { state.hasCompleted(claim) ? .done : .other }
}
