import BackOps
import EngineModel

/// What must never be, looked at in every step.
final class Checks {
    private unowned let simulation: Simulation
    private(set) var violation: String?
    private(set) var actionsStarted = 0

    /// The bodies that run, by operation.
    private var bodies: [Int64: [Body]] = [:]

    private struct Body {
        let action: SimulatedAction
        let epoch: Int
        let clockJumps: Int
        let steered: Int
    }

    private struct Started: Hashable {
        let worker: Int
        let claim: Claim
        let claimedAt: Int
        /// What was lost with the commits of a server may have to be done once more.
        let epoch: Int
    }

    private struct Told: Hashable {
        let worker: Int
        let claim: Int64
    }

    private struct Attempt: Hashable {
        let worker: Int
        let claim: Claim
    }

    /// A slot that a sweep has decided on, and how.
    struct DecidedSlot: Hashable {
        let schedule: String
        let slot: String
        let outcome: String
        /// What was lost with the commits of a server has to be decided once more.
        let epoch: Int
    }

    var slotsDecided: Set<DecidedSlot> = []

    /// An approval that somebody has decided, and was told that this counts.
    struct DecidedApproval: Hashable {
        let operation: Int
        let place: Int
        /// What was lost with the commits of a server may be asked again.
        let epoch: Int
    }

    /// By queue; those of a server whose commits were lost may be there again.
    var runningWhenLimited: [String: Set<Int>] = [:]

    var approvalsDecided: [DecidedApproval: ModelApproval.Decision] = [:]

    private var started: Set<Started> = []

    /// Claims that were made for a request which came late, and those of its worker just before.
    private var lateClaims: Set<Claim> = []
    private var claimsBefore: Set<Claim> = []
    private var startedClaims: Set<Attempt> = []
    private var toldLost: Set<Told> = []

    /// Attempts that have ended, and of which nothing was told yet.
    private var untold: Set<Attempt> = []
    private var steered: [Int: Int] = [:]
    /// The starts that were used, by gate.
    var paced: [String: Set<PacedStart>] = [:]
    private var poisoned: [Int64: Int] = [:]

    /// The last renewal of each worker's lease, as the server has it.
    private var renewals: [Int: Int] = [:]
    private var renewalsSoFar = 0

    init(_ simulation: Simulation) { self.simulation = simulation }

    var server: SimulatedServer { simulation.server }

    var epoch: Int { server.epoch }
    var clock: Int { server.state.model.now }
    var model: EngineModel { server.state.model }
    var schedules: [String: ModelSchedule] { server.state.model.schedules }
    var operations: [ModelOperation] { Array(server.state.model.operations.values) }

    func violate(_ text: String) {
        guard violation == nil else { return }
        violation = text
        simulation.note { "VIOLATION: \(text)" }
    }

    // MARK: - Actions

    func starts(_ action: SimulatedAction) {
        actionsStarted += 1
        let (job, worker) = (action.job, action.worker)
        let claim = job.claim
        simulation.note {
            "worker \(worker.id) starts \(job.branch)/\(job.action) of \(claim.operationID), attempt \(job.attempt), claim \(claim.claimID)"
        }
        if job.attempt > job.maxAttempts { violate("attempt \(job.attempt) of \(job.maxAttempts) starts") }
        if toldLost.contains(Told(worker: worker.id, claim: claim.claimID)), server.epoch == 0 {
            violate("worker \(worker.id) starts claim \(claim.claimID), which it was told it has lost")
        }
        let holder = server.state.model.operations[Int(claim.operationID)]?.job?.holder
        let isHeld = server.state.holder(of: claim) == worker.id
        let key = Started(
            worker: worker.id,
            claim: claim,
            claimedAt: isHeld ? holder?.claimedAt ?? 0 : 0,
            epoch: server.epoch
        )
        let isRunning = bodies[claim.operationID, default: []].contains {
            $0.action.isAtWork && $0.action.worker === worker && $0.action.job.claim == claim
        }
        if !started.insert(key).inserted || isRunning {
            violate("worker \(worker.id) starts claim \(claim.claimID) twice")
        }
        startedClaims.insert(Attempt(worker: worker.id, claim: claim))
        checkGlobals(job, isHeld)
        checkNobodyElseRuns(action)
        checkSuspects(action)
        checkLimits()
        checkQueueLimits()
        if isHeld { checkRates(job) }
        bodies[claim.operationID, default: []].append(
            Body(
                action: action,
                epoch: server.epoch,
                clockJumps: server.clockJumps,
                steered: steered[Int(claim.operationID), default: 0]
            )
        )
    }

    /// What an action is given is what the database holds.
    private func checkGlobals(_ job: ClaimedJob, _ isHeld: Bool) {
        guard isHeld, let operation = server.state.model.operations[Int(job.claim.operationID)] else {
            return
        }
        let expected = Rendered.globals(operation.globals)
        if String(decoding: job.globals, as: UTF8.self) != expected {
            violate("claim \(job.claim.claimID) starts with other globals than \(expected)")
        }
    }

    /// An operation never runs two actions at once, unless its former worker was taken for dead and was not.
    private func checkNobodyElseRuns(_ action: SimulatedAction) {
        for body in bodies[action.job.claim.operationID, default: []] where body.action.isAtWork {
            let process = body.action.worker.process
            let isExcused =
                process.isFrozen || process.hasJustThawed || body.epoch != server.epoch
                || body.clockJumps != server.clockJumps
                || body.steered != steered[Int(action.job.claim.operationID), default: 0]
                || server.tookForDead.contains(body.action.worker.id)
            if !isExcused {
                violate(
                    "operation \(action.job.claim.operationID) runs twice: under claim \(action.job.claim.claimID), and under "
                        + "\(body.action.job.claim.claimID) of worker \(body.action.worker.id)"
                )
            }
        }
    }

    /// What its worker died of may be the job: it runs with nothing beside it.
    ///
    /// Not where commits were lost: what a worker held before may be its own again, whatever it runs meanwhile.
    private func checkSuspects(_ action: SimulatedAction) {
        guard server.epoch == 0 else { return }
        let neighbours = bodies.values.joined().filter {
            $0.action.worker === action.worker && $0.action.isAtWork && $0.action !== action
        }
        if let suspect = neighbours.first(where: { isSuspect($0.action) }) {
            violate(
                "claim \(action.job.claim.claimID) starts beside the suspect \(suspect.action.job.claim.claimID)"
            )
        }
        if isSuspect(action), let neighbour = neighbours.first {
            violate(
                "the suspect \(action.job.claim.claimID) starts beside claim \(neighbour.action.job.claim.claimID)"
            )
        }
    }

    /// A request comes to the server after its process has given it up; the process cannot know what it asked for then.
    func comesLate(from process: SimulatedProcess) {
        guard let worker = process.worker?.id else { return }
        claimsBefore = Set(server.state.claims(of: worker))
    }

    func cameLate(from process: SimulatedProcess) {
        guard let worker = process.worker?.id else { return }
        lateClaims.formUnion(Set(server.state.claims(of: worker)).subtracting(claimsBefore))
    }

    private func isSuspect(_ action: SimulatedAction) -> Bool {
        guard !lateClaims.contains(action.job.claim) else { return false }
        guard server.state.holder(of: action.job.claim) == action.worker.id else { return false }
        return server.state.model.operations[Int(action.job.claim.operationID)]?.job?.crashes ?? 0 > 0
    }

    func isOver(_ action: SimulatedAction) {
        bodies[action.job.claim.operationID]?.removeAll { $0.action === action }
    }

    /// An action waits for a slot, and would be lost with its worker.
    func waits(_ job: ClaimedJob, _ worker: SimulatedWorker) {
        if job.attempt >= job.maxAttempts {
            violate("the last attempt under claim \(job.claim.claimID) waits for a slot")
        }
    }

    func poisons(_ job: ClaimedJob) {
        poisoned[job.claim.operationID, default: 0] += 1
        let isExcused = server.epoch > 0 || steered[Int(job.claim.operationID)] != nil
        if poisoned[job.claim.operationID, default: 0] > 3, !isExcused {
            violate("operation \(job.claim.operationID) ends more than three processes")
        }
    }

    // MARK: - What workers are told, and tell

    func isSteered(_ operation: Int) { steered[operation, default: 0] += 1 }

    func isTold(lost claim: Int64, _ worker: SimulatedWorker) {
        toldLost.insert(Told(worker: worker.id, claim: claim))
    }

    func hasEnded(_ ended: EndedAction, _ worker: SimulatedWorker) {
        untold.insert(Attempt(worker: worker.id, claim: ended.end.job.claim))
    }

    /// A worker tells how an attempt ended: once, and the truth.
    func concludes(_ job: ClaimedJob, _ outcome: ActionOutcome, _ worker: SimulatedWorker) {
        tells(of: job, worker)
        switch outcome {
        case .completed, .committed:
            if server.epoch == 0, !server.state.hasCompleted(job.claim) {
                violate(
                    "worker \(worker.id) tells that claim \(job.claim.claimID) has completed, which it has not"
                )
            }
        case .failed, .snoozed, .cancelled: break
        }
    }

    func loses(_ job: ClaimedJob, _ worker: SimulatedWorker) { tells(of: job, worker) }

    private func tells(of job: ClaimedJob, _ worker: SimulatedWorker) {
        if untold.remove(Attempt(worker: worker.id, claim: job.claim)) == nil {
            violate("worker \(worker.id) tells twice how claim \(job.claim.claimID) ended, or before it has")
        }
    }

    /// What a worker hands back as not begun has not, and the other way round.
    ///
    /// Where commits were lost, a claim that has begun may be its own once more, and not begin.
    func sends(_ exchange: Dispatcher.Exchange, _ worker: SimulatedWorker) {
        guard server.epoch == 0 else { return }
        for request in exchange.requests {
            guard case .release(let claims, let began) = request else { continue }
            for claim in claims
            where startedClaims.contains(Attempt(worker: worker.id, claim: claim)) != began {
                violate(
                    "worker \(worker.id) hands claim \(claim.claimID) back as \(began ? "" : "not ")begun"
                )
            }
        }
    }

    /// Of everything that ended something was told.
    func hasLeft(_ worker: SimulatedWorker) {
        if let attempt = untold.filter({ $0.worker == worker.id }).min(by: { $0.claim < $1.claim }) {
            violate("worker \(worker.id) never tells how claim \(attempt.claim.claimID) ended")
        }
    }

    func isKilled(_ process: SimulatedProcess) {
        guard let worker = process.worker?.id else { return }
        untold = untold.filter { $0.worker != worker }
    }

    // MARK: - Leases

    /// The server counts a lease from now on; when it has ended there, the worker's actions must have been told to.
    func leaseIsRenewed(_ worker: SimulatedWorker) {
        renewalsSoFar += 1
        let (number, epoch, jumps) = (renewalsSoFar, server.epoch, server.clockJumps)
        renewals[worker.id] = number
        simulation.after(simulation.scenario.lease) { [self, weak worker] in
            guard let worker, renewals[worker.id] == number, !worker.hasEnded || worker.process.isRunning,
                server.epoch == epoch, server.clockJumps == jumps,
                !worker.process.isFrozen, !worker.process.hasJustThawed
            else { return }
            let running = bodies.values.joined().filter { $0.action.worker === worker && $0.action.isAtWork }
            if let body = running.first {
                violate(
                    "worker \(worker.id) runs claim \(body.action.job.claim.claimID) after the end of its lease"
                )
            }
        }
    }

    // MARK: - The end

    /// Everything has ended: nobody holds anything any more.
    func everythingIsQuiet() {
        for operation in server.state.model.operations.values where operation.job != nil {
            violate("operation \(operation.id) is \(operation.state) and has a job")
        }
        everyDecisionTookEffect()
        limitsAreFree()
        for process in simulation.processes {
            guard let worker = process.worker else { continue }
            if !worker.slots.isEmpty { violate("worker \(worker.id) runs actions of which nothing is known") }
        }
    }
}
