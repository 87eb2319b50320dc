import BackOps

/// The actions of a worker: no more at once than there are slots, the others in the order in which they came.
final class SimulatedSlots {
    private unowned let worker: SimulatedWorker

    /// By claim; those that have a slot.
    private var running: [Int64: SimulatedAction] = [:]
    private var waiting = ActionQueue<ClaimedJob>()
    private var isClosed = false

    /// Those that have been started and whose ends the dispatcher has not heard of.
    private var hosts: [Int64: SimulatedAction] = [:]

    init(_ worker: SimulatedWorker) { self.worker = worker }

    var oldestWaiting: Instant? { waiting.oldest }
    var isEmpty: Bool { running.isEmpty && waiting.count == 0 }
    private var count: Int { worker.configuration.concurrency }

    func launch(_ job: ClaimedJob, mayWait: Bool) -> Bool {
        guard !isClosed else { return true }
        guard mayWait || running.count < count else { return false }
        if running.count >= count { worker.simulation.checks.waits(job, worker) }
        waiting.append(claim: job.claim.claimID, at: worker.simulation.now.instant, job)
        fill()
        return true
    }

    private func fill() {
        while running.count < count, let next = waiting.takeFirst() {
            let action = SimulatedAction(next.body, worker)
            running[next.claim] = action
            hosts[next.claim] = action
            action.start()
        }
    }

    /// An action has ended, and leaves its slot if it still has it.
    func leave(_ action: SimulatedAction) {
        let claim = action.job.claim.claimID
        if running[claim] === action {
            running[claim] = nil
            fill()
        }
    }

    func withdraw(claim: Int64) {
        hosts[claim] = nil
        guard let action = running.removeValue(forKey: claim) else {
            waiting.remove(claim: claim)
            return
        }
        fill()
        action.cancel()
    }

    func withdrawWaiting(since moment: Instant?) -> [Int64] { waiting.take(since: moment) }

    func cancel(claim: Int64) {
        waiting.remove(claim: claim)
        running[claim]?.cancel()
    }

    func close() {
        isClosed = true
        waiting = ActionQueue()
        for claim in running.keys.sorted() { running[claim]?.cancel() }
    }

    func processHasEnded() {
        for claim in running.keys.sorted() { running[claim]?.processHasEnded() }
        running = [:]
    }

    func forget(_ claim: Int64) { hosts[claim] = nil }
    func mayHaveCompletedItself(_ claim: Int64) -> Bool { hosts[claim]?.mayHaveCompletedItself ?? false }

    func takeReports() -> [(claim: Claim, report: ProgressReport)] {
        hosts.keys.sorted().compactMap { claim in
            guard let action = hosts[claim], let report = action.report.take() else { return nil }
            return (action.job.claim, report)
        }
    }

    func restore(_ reports: [(claim: Claim, report: ProgressReport)]) {
        for (claim, report) in reports {
            guard let action = hosts[claim.claimID] else { continue }
            action.report = action.report ?? report
        }
    }
}
