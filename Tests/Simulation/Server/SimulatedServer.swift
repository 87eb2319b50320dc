import BackOps
import EngineModel
import LibPQ

/// A PostgreSQL with the engine, which may be away, refuse statements, or be replaced by one that knows less.
final class SimulatedServer {
    private(set) var state = ServerState()
    private(set) var isUp = true

    /// Counts the servers there have been: a session belongs to one of them.
    private(set) var start = 0

    /// Counts the times that commits were lost.
    private(set) var epoch = 0

    /// Counts the times that the clock jumped.
    private(set) var clockJumps = 0

    /// How far its clock is ahead of the simulation's; at first so far that it can be set back.
    private var clockOffset = SimulatedServer.clockAtStart

    static let clockAtStart = Int.min(600)

    /// The sessions that are there.
    private var sessions: Set<Int> = []
    private var sessionsSoFar = 0

    /// Former states, for a fail-over.
    private var formerStates: [(moment: Moment, state: ServerState)] = []
    private let keepsStates: Bool

    /// Workers whose jobs were taken back because their sessions had ended.
    private(set) var tookForDead: Set<Int> = []

    /// What the server refuses now.
    var refusals: (kind: Fault.Refusals, perMille: Int)?

    private var dice: Dice

    /// What is to be told to workers that listen: by worker.
    var notify: (_ worker: Int, Notification) -> Void = { _, _ in }

    enum Notification { case work, suspects, lost(Int64) }

    init(_ scenario: Scenario) {
        keepsStates = scenario.losesCommits
        dice = Dice(seed: scenario.seed, 1)
    }

    func setClock(_ now: Moment) {
        state.model.now = now + clockOffset
        guard keepsStates, formerStates.last.map({ now - $0.moment > .ms(20) }) ?? true else { return }
        formerStates.append((now, state))
        if formerStates.count > 4_000 { formerStates.removeFirst(2_000) }
    }

    // MARK: - Faults

    func goDown() {
        isUp = false
        sessions = []
    }

    /// Starts again, with what it had, or with what a standby had.
    func comeUp(losing lost: Int? = nil, at now: Moment) {
        isUp = true
        start += 1
        guard let lost else { return }
        epoch += 1
        guard let oldest = formerStates.first else { return }
        formerStates.removeAll { $0.moment > now - lost }
        state = (formerStates.last ?? oldest).state
        state.takeOver(epoch)
        setClock(now)
    }

    func jumpClock(by microseconds: Int) {
        clockJumps += 1
        clockOffset += microseconds
    }

    // MARK: - Sessions

    /// Opens a session; nil while there is no server.
    func connect() -> Int? {
        guard isUp else { return nil }
        sessionsSoFar += 1
        sessions.insert(sessionsSoFar)
        return sessionsSoFar
    }

    func close(_ session: Int) { sessions.remove(session) }
    func has(_ session: Int) -> Bool { sessions.contains(session) }

    // MARK: - Calls outside of round trips

    /// Registers a worker under a number that no other has.
    func register(_ worker: Int, lease: Int) {
        let handlers = Scenario.catalog.registered.flatMap { name, plans in
            plans[0].actions.filter { $0.wait == nil }.map { "\(name)/\($0.name)" }
        }
        state.register(worker, handlers: handlers, lease: lease)
    }

    /// Renews a worker's lease.
    ///
    /// - Returns: Nil when it has ended; otherwise whether there are suspects, and how many workers there are.
    func heartbeat(_ worker: Int) -> (hasSuspects: Bool, workers: Int)? {
        guard let hasSuspects = state.renew(worker) else { return nil }
        return (hasSuspects, state.model.workers.count)
    }

    func attach(_ worker: Int, to session: Int) {
        guard state.isAlive(worker) else { return }
        state.attached[worker] = (session, start)
        state.missingSince[worker] = nil
    }

    /// Notes which workers' sessions have ended although the server has not.
    ///
    /// - Returns: Whether somebody is missing, or a lease has ended.
    func hasMissingWorkers() -> Bool {
        for worker in state.model.workers.keys where state.missingSince[worker] == nil {
            guard let attached = state.attached[worker], attached.serverStart == start else { continue }
            if !sessions.contains(attached.session) { state.missingSince[worker] = state.model.now }
        }
        return state.model.workers.keys.contains { state.missingSince[$0] != nil || !state.isAlive($0) }
    }

    /// Takes back what dead workers held.
    func rescue(patience: Int) {
        _ = hasMissingWorkers()
        let missing = state.missingSince.filter { $0.value + patience <= state.model.now }.keys
        tookForDead.formUnion(missing)
        let held = state.model.operations.values.filter { $0.job?.holder != nil }.map(\.id)
        _ = state.rescue(missing: Set(missing))
        state.forgetWorkersThatAreGone()
        if held.contains(where: { state.model.operations[$0]?.job.map { $0.holder == nil } ?? false }) {
            wake("default", .suspects)
            wake("slow", .suspects)
        }
        wakeForLimits()
    }

    /// Hands back what a worker holds, and forgets it.
    func unregister(_ worker: Int) {
        _ = state.apply(.unregisterWorker(worker: worker))
        state.forgetWorkersThatAreGone()
        wake("default", .work)
        wakeForLimits()
    }

    /// Enqueues an operation.
    ///
    /// - Returns: Its number.
    func enqueue(_ plan: OperationPlan) -> Int {
        var request = ModelEnqueue(name: plan.name)
        request.queue = plan.queue
        request.priority = plan.priority
        request.performIn = plan.performIn
        request.stepLimit = 200
        if let key = plan.key { request.globals["key"] = .number(key) }
        let id = state.enqueue(request)
        wake(state.model.operations[id]?.job?.queue ?? plan.queue, .work)
        return id
    }

    // MARK: - Schedules

    func put(_ plan: SchedulePlan) { _ = state.apply(.schedule(plan.name, .putSchedule(plan.request))) }

    /// How long until a schedule is due; nil where none will be.
    var schedulesDueIn: Duration? { state.model.schedulesDueIn.map { .microseconds($0) } }

    /// Takes what is due.
    ///
    /// - Returns: The slots that it decided; nil where the server refuses.
    func runSchedules(atMost limit: Int) -> ModelAnswer? {
        if let refusals, dice.chance(refusals.perMille) { return nil }
        let watched = state.model.schedules.values.flatMap(\.activeIDs)
        let holders = watched.sorted().compactMap { id in
            state.model.operations[id]?.job?.holder.map { (id, $0) }
        }
        let answer = state.apply(.sweep(limit: limit))
        for (id, holder) in holders where state.model.operations[id]?.job == nil { tellOfLoss(holder) }
        if !answer.rows.isEmpty { wake("default", .work) }
        wakeForLimits()
        return answer
    }

    /// Does to an operation what a person asks for.
    func steer(_ operation: Int, _ command: SteeringCommand) {
        let holder = state.model.operations[operation]?.job?.holder
        _ = state.apply(.steer(operation: operation, command))
        defer { wakeForLimits() }
        guard let job = state.model.operations[operation]?.job else {
            tellOfLoss(holder)
            return
        }
        if job.holder == nil { tellOfLoss(holder) }
        wake(job.queue, .work)
    }

    /// What becomes of the signal.
    func signal(_ operation: Int) -> String {
        let answer = state.apply(.signal(SignalRequest("go"), operation: operation))
        if let job = state.model.operations[operation]?.job, job.holder == nil { wake(job.queue, .work) }
        return answer.kind
    }

    func isActive(_ operation: Int) -> Bool { state.model.operations[operation]?.job != nil }

    /// The place of what an operation asks for now, among all that it has asked for.
    func asked(_ operation: Int) -> Int? {
        state.model.operations[operation]?.approvals.lastIndex(where: \.isPending)
    }

    /// What becomes of a decision of what was seen.
    func decide(_ operation: Int, _ place: Int, isApproved: Bool) -> ModelAnswer {
        let command = ModelCommand.decide("go", isApproved: isApproved, operation: operation, shown: place)
        let answer = state.apply(command)
        if let job = state.model.operations[operation]?.job, job.holder == nil { wake(job.queue, .work) }
        return answer
    }

    func pause(_ queue: String, lasting microseconds: Int) {
        _ = state.apply(.pause(queue: queue, seconds: microseconds))
    }

    /// Has so many of a queue run at once; nil is any number.
    func limit(_ queue: String, to maximum: Int?) {
        _ = state.apply(.setQueueLimit(queue, maximum))
        let room = (maximum ?? .max) - (state.model.queueLimits[queue]?.holding ?? 0)
        for _ in 0..<min(max(room, 0), state.sleeping.count) { wake(queue, .work) }
    }

    /// Has the operations of a queue take turns; nil is no more.
    func share(_ queue: String, by key: String?, _ weights: [String: Int]) {
        _ = state.apply(.setQueueFairness(queue, by: key, weights: weights))
        for _ in 0..<state.sleeping.count { wake(queue, .work) }
    }

    private func tellOfLoss(_ holder: ModelJob.Holder?) {
        guard let holder else { return }
        notify(holder.worker, .lost(ServerState.number(of: holder.claim)))
    }

    private func wake(_ queue: String, _ reason: Notification) {
        let sleepers = state.sleeping.filter { sleeper in
            state.model.workers[sleeper].map { queue == SampleLimit.queue || $0.queues.contains(queue) }
                ?? false
        }
        guard !sleepers.isEmpty, !state.model.isPaused(queue) else { return }
        notify(dice.pick(sleepers.sorted()), reason)
    }
}

// MARK: - Limits

extension SimulatedServer {
    /// Whoever gives something back before a line tells a worker.
    private func wakeForLimits() {
        let model = state.model
        let isAwaited = model.releases.keys.contains { model.gates[$0]?.waiting ?? 0 > 0 || model.isFull($0) }
        if isAwaited { wake(SampleLimit.queue, .work) }
    }

    /// In how many microseconds the lines before rates are looked at next.
    private var nextLook: Int? {
        let looks = state.model.rateGates.values.filter { $0.waiting > 0 }.map(\.lookAt)
        return looks.min().map { max($0 / ModelRateGate.fraction - state.model.now, .ms(100)) }
    }

    /// Whether the next look at the limits has something to do.
    private var hasLimitsToLookAt: Bool {
        !state.model.releases.isEmpty
            || state.model.operations.values.contains { operation in
                operation.job.map { $0.queue == SampleLimit.queue && $0.runAt <= state.model.now } ?? false
            }
    }
}

// MARK: - Round trips

extension SimulatedServer {
    /// Carries out the statements of a round trip.
    ///
    /// - Parameters:
    ///   - requests: The statements.
    ///   - isSeparate: Whether each is a transaction of its own.
    ///   - worker: Whose they are.
    ///   - count: How many of them come through before the connection ends; nil for all.
    /// - Returns: The answers; of a transaction that did not come through, nothing was done.
    func answer(
        _ requests: [Request],
        isSeparate: Bool,
        worker: Int,
        cutAfter count: Int? = nil
    ) -> [Result<Answer, PQError>] {
        var answers: [Result<Answer, PQError>] = []
        let before = state
        var woken: [String] = []
        for (index, request) in requests.enumerated() {
            if let count, index >= count {
                if !isSeparate { state = before }
                let lost = PQError(.connectionLost, "The server closed the connection.")
                return answers + requests[index...].map { _ in .failure(lost) }
            }
            let beforeStatement = state
            do throws(PQError) {
                if let error = refusal(of: request) { throw error }
                answers.append(.success(try carryOut(request, worker, &woken)))
            } catch {
                guard isSeparate else {
                    state = before
                    return requests.indices.map { other in
                        .failure(other == index ? error : PQError(.pipelineAborted, "Aborted."))
                    }
                }
                state = beforeStatement
                answers.append(.failure(error))
            }
        }
        for queue in woken { wake(queue, .work) }
        wakeForLimits()
        return answers
    }

    /// Completes an action as the last statement of its own transaction.
    func completeAlone(_ attempt: CompletedAttempt, worker: Int) throws(PQError) -> CompletionResult {
        var woken: [String] = []
        let result = try complete(attempt, worker: worker, continues: true, &woken)
        for queue in woken { wake(queue, .work) }
        wakeForLimits()
        return result
    }

    private func refusal(of request: Request) -> PQError? {
        guard let refusals, dice.chance(refusals.perMille) else { return nil }
        return switch refusals.kind {
        case .busy: nil
        case .deadlock: request.isOutcome ? PQError(.server, "Deadlock.", sqlState: .deadlockDetected) : nil
        case .diskFull: request.writes ? PQError(.server, "No space.", sqlState: .diskFull) : nil
        case .unexpected: PQError(.server, "No.", sqlState: .insufficientPrivilege)
        }
    }

    private var isBusy: Bool {
        guard let refusals, case .busy = refusals.kind else { return false }
        return dice.chance(refusals.perMille)
    }

    private func carryOut(
        _ request: Request,
        _ worker: Int,
        _ woken: inout [String]
    ) throws(PQError) -> Answer {
        switch request {
        case .sleeping(let sleeping):
            if state.renew(worker) != nil {
                if sleeping { state.sleeping.insert(worker) } else { state.sleeping.remove(worker) }
            }
            return .done
        case .stopping:
            _ = state.apply(.stop(worker: worker))
            state.sleeping.remove(worker)
            return .done
        case .complete(let attempts, let continues):
            state.missingSince[worker] = nil
            var rows: [AnswerRow<CompletionResult>] = []
            for attempt in attempts {
                rows.append(.content(try completeOneOf(attempts.count, attempt, worker, continues, &woken)))
            }
            return .completed(rows)
        case .fail(let attempts):
            return .handedBack(
                attempts.map { .content(end($0.claim, worker, $0.command, &woken)) }
            )
        case .snooze(let attempts):
            return .handedBack(attempts.map { .content(end($0.claim, worker, $0.command, &woken)) })
        case .release(let claims, let began):
            return .handedBack(claims.map { .content(end($0, worker, .release(began: began), &woken)) })
        case .logs: return .done
        case .progress(let reports):
            return .reported(reports.count { state.holder(of: $0.claim) == worker })
        case .held(unseen: false):
            return .jobs(ClaimedRows(jobs: state.claims(of: worker).compactMap(state.job)))
        case .held(unseen: true), .stillHeld: return .claims(state.claims(of: worker).map { .content($0) })
        case .lost(let claims):
            return .lost(claims.filter { state.holder(of: $0) != worker }.map { .content($0.claimID) })
        case .claim(let limit, _, let unseen):
            let answer = try claim(.claim(worker: worker, limit: limit), worker, unseen)
            // What it has let in, and not claimed, is another's.
            let hasLetIn = state.model.limitEvents.contains { !$0.hasPrefix("queue ") }
            if hasLetIn { woken += ["default", "slow"] }
            return answer
        case .claimSuspect(let unseen): return try claim(.claimSuspect(worker: worker), worker, unseen)
        case .describe(let claim):
            let job = state.holder(of: claim) == worker ? state.job(of: claim) : nil
            return .jobs(ClaimedRows(jobs: job.map { [$0] } ?? []))
        case .nextDue: return .nextDue(nextDue())
        }
    }

    private func claim(_ command: ModelCommand, _ worker: Int, _ unseen: Bool) throws(PQError) -> Answer {
        let known = Set(state.claims(of: worker))
        let answer = state.apply(command)
        if answer.refusal != nil {
            throw PQError(.server, "The worker is not registered.", sqlState: .unknownWorker)
        }
        state.missingSince[worker] = nil
        let claims = state.claims(of: worker).filter { !known.contains($0) }
        if unseen { return .claims(claims.map { .content($0) }) }
        return .jobs(ClaimedRows(jobs: claims.compactMap(state.job)))
    }

    private func nextDue() -> Duration? {
        var due = state.model.operations.values.compactMap { operation -> Int? in
            guard let job = operation.job, job.runAt > state.model.now, job.runAt < ModelJob.never else {
                return nil
            }
            return job.runAt - state.model.now
        }
        due += nextLook.map { [$0] } ?? []
        if hasLimitsToLookAt { return .milliseconds(100) }
        return due.min().map { .milliseconds($0 / 1_000 + 1) }
    }

    private func completeOneOf(
        _ count: Int,
        _ attempt: CompletedAttempt,
        _ worker: Int,
        _ continues: Bool,
        _ woken: inout [String]
    ) throws(PQError) -> CompletionResult {
        do {
            return try complete(attempt, worker: worker, continues: continues, &woken)
        } catch {
            guard count > 1, error.isAboutContent else { throw error }
            return CompletionResult(claim: attempt.job.claim, outcome: .invalid)
        }
    }

    private func complete(
        _ attempt: CompletedAttempt,
        worker: Int,
        continues: Bool,
        _ woken: inout [String]
    ) throws(PQError) -> CompletionResult {
        let claim = attempt.job.claim
        if isBusy { return CompletionResult(claim: claim, outcome: .busy) }
        // Only what holds the job is looked at more closely.
        if attempt.result.isUnstorable, state.holder(of: claim) == worker {
            throw PQError(.server, "Not a number.", sqlState: .invalidTextRepresentation)
        }
        guard state.owns(worker, claim) else {
            return CompletionResult(claim: claim, outcome: state.hasCompleted(claim) ? .done : .stale)
        }
        let answer = state.apply(
            .claimed(
                ServerState.token(of: claim),
                .complete(
                    change: attempt.result.change,
                    jump: attempt.result.jump.flatMap { state.target($0, of: claim) },
                    continues: continues
                )
            )
        )
        guard case .text(let word)? = answer.rows.first?[2],
            let outcome = CompletionResult.Outcome(rawValue: word)
        else { throw PQError(.server, answer.refusal ?? "", sqlState: .raiseException) }
        if outcome == .queued, let queue = state.model.operations[Int(claim.operationID)]?.job?.queue {
            woken.append(queue)
        }
        return CompletionResult(
            claim: claim,
            outcome: outcome,
            next: outcome == .advanced ? state.next(of: claim, unless: attempt.result.patch.isEmpty) : nil
        )
    }

    private func end(
        _ claim: Claim,
        _ worker: Int,
        _ command: ClaimCommand,
        _ woken: inout [String]
    ) -> HandBackResult {
        if isBusy { return HandBackResult(claim: claim, outcome: .busy) }
        guard state.owns(worker, claim) else {
            return HandBackResult(claim: claim, outcome: state.hasCompleted(claim) ? .done : .stale)
        }
        let answer = state.apply(.claimed(ServerState.token(of: claim), command))
        if let queue = state.model.operations[Int(claim.operationID)]?.job?.queue { woken.append(queue) }
        guard case .text(let word)? = answer.rows.first?[2],
            let outcome = HandBackResult.Outcome(rawValue: word)
        else { preconditionFailure("\(answer) does not answer \(command)") }
        return HandBackResult(claim: claim, outcome: outcome)
    }
}
