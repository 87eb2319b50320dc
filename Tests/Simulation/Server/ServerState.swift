import BackOps
import EngineModel
import LibPQ

/// What a database holds: a value, so that a transaction can be rolled back and a fail-over can lose the last commits.
struct ServerState {
    var model = EngineModel(Scenario.catalog, second: .s(1))

    /// Names what calls make; operations and claims are numbered by it.
    ///
    /// Its last digits are ``salt``.
    private(set) var step = 0

    /// Stands for the random bits in the numbers of claims: another after each fail-over.
    private var salt = 0

    /// Workers that want to be woken.
    var sleeping: Set<Int> = []

    /// The heartbeat's session of each worker, and the start of the server that it belongs to.
    var attached: [Int: (session: Int, serverStart: Int)] = [:]

    /// Since when workers' sessions have been gone.
    var missingSince: [Int: Int] = [:]

    /// Carries out a command of the engine.
    mutating func apply(_ command: ModelCommand) -> ModelAnswer {
        model.apply(command, step: nextStep())
    }

    mutating func rescue(missing: Set<Int>) -> ModelAnswer {
        _ = nextStep()
        defer { model.noteReleases() }
        return model.rescue(missing: missing)
    }

    private mutating func nextStep() -> Int {
        step = (step / 100 + 1) * 100 + salt
        return step
    }

    /// Goes on after a fail-over that has lost some of what the former server knew: its sequences are set back, too.
    ///
    /// - Parameter count: How many fail-overs there have been.
    mutating func takeOver(_ count: Int) { salt = count % 100 }

    // MARK: - Claims

    /// The number of a claim, as workers know it.
    static func number(of token: Token) -> Int64 { Int64(token.step) * 1_000 + Int64(token.index) }

    static func token(of claim: Claim) -> Token {
        Token(step: Int(claim.claimID / 1_000), index: Int(claim.claimID % 1_000))
    }

    /// The worker that holds a claim.
    func holder(of claim: Claim) -> Int? {
        guard let holder = model.operations[Int(claim.operationID)]?.job?.holder else { return nil }
        return holder.claim == Self.token(of: claim) ? holder.worker : nil
    }

    /// The claims of a worker, in the order of their operations; none once its lease has ended.
    func claims(of worker: Int) -> [Claim] {
        guard isAlive(worker) else { return [] }
        return model.operationIDs.compactMap { id in
            guard let holder = model.operations[id]?.job?.holder, holder.worker == worker else { return nil }
            return Claim(operationID: Int64(id), claimID: Self.number(of: holder.claim))
        }
    }

    /// What a worker is told about a claim.
    func job(of claim: Claim) -> ClaimedJob? {
        guard let operation = model.operations[Int(claim.operationID)], let job = operation.job,
            let position = job.position
        else { return nil }
        let rule = operation.actions[position - 1].rule
        let earlier = operation.actions[position - 1].earlierAttempts
        var claimed = ClaimedJob(
            claim: claim,
            definitionID: 1,
            position: position,
            attempt: earlier + job.attempt,
            maxAttempts: earlier + rule.maxAttempts,
            queue: job.queue,
            priority: Int16(operation.request.priority),
            runAt: PQTimestamp(microseconds: Int64(job.runAt)),
            operation: operation.request.name,
            branch: rule.branch,
            action: rule.name,
            globals: Array(Rendered.globals(operation.globals).utf8)
        )
        claimed.run = operation.run(at: position)
        return claimed
    }

    /// Whether a claim completed its action, now or in a run that a jump has ended.
    func hasCompleted(_ claim: Claim) -> Bool {
        guard let operation = model.operations[Int(claim.operationID)] else { return false }
        let token = Self.token(of: claim)
        return operation.actions.contains { $0.completedClaim == token }
            || operation.attempts.contains { $0.claim == token && $0.outcome == "completed" }
    }

    func isAlive(_ worker: Int) -> Bool { model.isAlive(worker) }
}
