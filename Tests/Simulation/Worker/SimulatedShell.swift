import BackOps

/// Carries out in a simulated process what its dispatcher decides.
struct SimulatedShell: DispatchShell {
    unowned let worker: SimulatedWorker

    var now: Instant { worker.simulation.now.instant }
    var oldestWaiting: Instant? { worker.slots.oldestWaiting }

    func send(_ exchange: Dispatcher.Exchange) { worker.send(exchange) }
    func hasLanded(_ number: Int) {}
    func start(_ job: ClaimedJob, mayWait: Bool) -> Bool { worker.slots.launch(job, mayWait: mayWait) }
    func cancel(_ job: ClaimedJob) { worker.slots.withdraw(claim: job.claim.claimID) }
    func withdrawWaiting(since moment: Instant?) -> [Int64] { worker.slots.withdrawWaiting(since: moment) }
    func closeSlots() { worker.slots.close() }
    func forget(_ claim: Int64) { worker.slots.forget(claim) }
    func mayHaveCompletedItself(_ claim: Int64) -> Bool { worker.slots.mayHaveCompletedItself(claim) }
    func takeReports() -> [(claim: Claim, report: ProgressReport)] { worker.slots.takeReports() }
    func restore(_ reports: [(claim: Claim, report: ProgressReport)]) { worker.slots.restore(reports) }

    /// No failure here has a stack.
    func name(_ trace: FailureTrace, of claim: Claim) { preconditionFailure("a stack without a name") }

    func tell(_ note: Dispatcher.Note) {
        switch note {
        case .conclude(let end, let outcome):
            worker.simulation.checks.concludes(end.job, outcome, worker)
        case .lose(let end): worker.simulation.checks.loses(end.job, worker)
        case .log(let line):
            worker.simulation.note { "worker \(worker.id): \(line.message) \(line.claimText)" }
        case .logCompleted, .countClaim, .observe: break
        }
    }
}

extension LogLine {
    fileprivate var claimText: String {
        (claim ?? job?.claim).map { "(\($0.operationID), claim \($0.claimID))" } ?? ""
    }
}
