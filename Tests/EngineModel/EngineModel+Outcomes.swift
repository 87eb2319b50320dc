import BackOps
package import BackOpsTesting

extension EngineModel {
    /// Ends a claim, or writes under it: only where worker and claim hold the job, and the lease has not ended.
    package mutating func end(
        _ token: Token,
        _ command: ClaimCommand,
        step: Int
    ) throws(ModelRefusal) -> ModelAnswer {
        guard let owner = claims[token], var operation = operations[owner.operation] else {
            return ModelAnswer("stale")
        }
        let isHeld = holds(token)
        defer { operations[owner.operation] = operation }
        switch command {
        case .complete(let change, let jump, let continues):
            // The target is looked up first: a jump to nowhere is an error of the action, stale or not.
            let target = try jump.map { target throws(ModelRefusal) in try find(target, in: operation) }
            guard isHeld else { return missed(token, operation, columns: 12) }
            let row = complete(
                &operation,
                token,
                change,
                target,
                continues,
                next: Token(step: step, index: 0)
            )
            return ModelAnswer(operation.isRefused ? "refused" : Self.outcome(of: row), rows: [row])
        case .fail(let permanent, let retryAfter, let timedOut):
            guard isHeld else { return missed(token, operation, columns: 4) }
            let row = fail(&operation, token, permanent, retryAfter, timedOut)
            return ModelAnswer(Self.outcome(of: row), rows: [row])
        case .snooze(let seconds, let atMost, let within):
            guard isHeld else { return missed(token, operation, columns: 4) }
            let turns = operation.snoozes
            let begin = turns.first?.startedAt ?? operation.job?.holder?.claimedAt ?? now
            let deadline = within.map { begin + $0 }
            if turns.count >= atMost ?? .max || deadline.map({ $0 <= now }) == true {
                let row = fail(&operation, token, true, nil, false, error: "SnoozeLimit")
                return ModelAnswer(Self.outcome(of: row), rows: [row])
            }
            handBack(&operation, as: "snoozed", runAt: min(now + seconds, deadline ?? .max))
            return handedBack("snoozed", token, operation)
        case .release(let began):
            guard isHeld else { return missed(token, operation, columns: 4) }
            handBack(&operation, as: "released", runAt: nil, isRecorded: began)
            return handedBack("released", token, operation)
        case .checkpoint(let change):
            if isHeld { operation.globals.apply(change) }
            return ModelAnswer(isHeld ? "written" : "stale", rows: [[.text(isHeld ? "t" : "f")]])
        }
    }

    /// Completes several claims in one call, without jumps.
    ///
    /// One that cannot be done is set aside, unless it is alone: then the call is refused.
    package mutating func completeAll(
        _ tokens: [Token],
        _ invalid: Set<Token>,
        step: Int
    ) throws(ModelRefusal) -> ModelAnswer {
        guard tokens.count > 1 || invalid.isEmpty else { throw .invalidArgument }
        var rows: [[ModelAnswer.Field]] = []
        // Claims of the same call that hold nothing are judged by how things stand afterwards.
        let aside = tokens.filter { holds($0) && invalid.contains($0) }
        let held = tokens.filter { holds($0) && !invalid.contains($0) }
        for (index, token) in held.sorted(by: { claims[$0]?.operation ?? 0 < claims[$1]?.operation ?? 0 })
            .enumerated()
        {
            guard let id = claims[token]?.operation, var operation = operations[id] else { continue }
            rows.append(complete(&operation, token, nil, nil, true, next: Token(step: step, index: index)))
            operations[id] = operation
        }
        for token in tokens where !held.contains(token) {
            guard let id = claims[token]?.operation, let operation = operations[id] else { continue }
            rows += (aside.contains(token) ? setAside(token, id) : missed(token, operation, columns: 12)).rows
        }
        let label = aside.isEmpty ? tokens.count == held.count ? "all" : "some" : "invalid"
        return ModelAnswer(label, rows: rows, isUnordered: true)
    }

    private func setAside(_ token: Token, _ operation: Int) -> ModelAnswer {
        let row: [ModelAnswer.Field] = [.operation(operation), .claim(token), .text("invalid")]
        return ModelAnswer("invalid", rows: [row + Array(repeating: .null, count: 9)])
    }

    private func holds(_ token: Token) -> Bool {
        guard let owner = claims[token], isAlive(owner.worker) else { return false }
        return operations[owner.operation]?.job?.holder?.claim == token
    }

    /// Says why an outcome was not taken.
    ///
    /// Done: the claim completed its action before, and this is a repeated call. Stale: the job is not its own any more.
    private func missed(_ token: Token, _ operation: ModelOperation, columns: Int) -> ModelAnswer {
        let isDone = operation.actions.contains { $0.completedClaim == token }
        let outcome = isDone ? "done" : "stale"
        var row: [ModelAnswer.Field] = [.operation(operation.id), .claim(token), .text(outcome)]
        row += Array(repeating: .null, count: columns - row.count)
        return ModelAnswer(outcome, rows: [row])
    }

    private static func outcome(of row: [ModelAnswer.Field]) -> String {
        guard case .text(let outcome) = row[2] else { return "" }
        return outcome
    }

    package func find(_ target: JumpTarget, in operation: ModelOperation) throws(ModelRefusal) -> Int {
        guard
            let position = operation.progress?.plan.position(
                of: BranchName(target.branch),
                action: target.action
            )
        else { throw .unknownTarget }
        return position
    }

    // MARK: - Completing

    private mutating func complete(
        _ operation: inout ModelOperation,
        _ token: Token,
        _ change: GlobalsChange?,
        _ target: Int?,
        _ continues: Bool,
        next nextToken: Token
    ) -> [ModelAnswer.Field] {
        guard var job = operation.job, let holder = job.holder, let position = job.position,
            operation.progress != nil
        else { return [] }
        operation.actions[position - 1].startedAt = holder.claimedAt
        operation.actions[position - 1].completedAt = now
        operation.actions[position - 1].completedClaim = token
        operation.actions[position - 1].attemptsCount = job.attempt
        operation.actions[position - 1].clearError()
        if let change { operation.globals.apply(change) }
        let row: [ModelAnswer.Field] = [.operation(operation.id), .claim(token)]
        guard let next = complete(&operation, at: position, jump: target), let progress = operation.progress
        else {
            operation.state = .completed
            operation.endedAt = now
            operation.job = nil
            return row + [.text("completed")] + Array(repeating: .null, count: 9)
        }
        let rule = operation.actions[next - 1].rule
        let earlier = operation.actions[next - 1].earlierAttempts
        let due = dueTime(rule, operation.globals)
        let describing: [ModelAnswer.Field] = [
            .number(next), .number(progress[next].run), .number(earlier + rule.maxAttempts), .null,
            .text(rule.branch), .text(rule.name),
        ]
        guard job.stepsLeft > 1, let due else {
            refuse(&operation, job.stepsLeft > 1 ? "InvalidPerformAt" : "StepLimit", at: next)
            return row + [.text("failed"), .null] + describing + [.null, .number(earlier + 1)]
        }
        let queue = operation.queue(of: rule, job.operationSlot)
        let handler = operation.handler(rule.name)
        let keeps =
            continues && due <= now && queue == job.queue && !isPaused(queue) && !takesTurns(queue)
            && workers[holder.worker]?.handlers.contains(handler) == true
        job.position = next
        job.handler = handler
        job.stepsLeft -= 1
        job.crashes = 0
        job.attempt = keeps ? 1 : 0
        job.queue = queue
        job.operationSlot = operation.operationSlot(job.operationSlot, at: rule)
        job.actionSlot = nil
        job.pacedAt = nil
        if !keeps { job.runAt = due }
        job.holder = keeps ? .init(worker: holder.worker, claim: nextToken, claimedAt: now) : nil
        operation.job = job
        guard keeps else {
            settleWait(&operation)
            return row + [.text("queued"), .null] + describing + [.null, .number(earlier + 1)]
        }
        claims[nextToken] = (holder.worker, operation.id)
        tokens.append(nextToken)
        return row + [.text("advanced"), .claim(nextToken)] + describing
            + [.text(Rendered.globals(operation.globals)), .number(earlier + 1)]
    }

    /// Completes an action in the operation's progress, and finds the next one.
    package mutating func complete(
        _ operation: inout ModelOperation,
        at position: Int,
        jump target: Int?
    ) -> Int? {
        guard var progress = operation.progress else { return nil }
        progress[position].status = .completed
        let before = progress
        let next = progress.complete(position, jump: target)
        settle(&operation, before, progress)
        if target != nil { operation.renewBudgets() }
        return next
    }

    /// Notes what a change of the progress means for the actions: skipped now, or open again for a new run.
    package func settle(_ operation: inout ModelOperation, _ before: PlanProgress, _ after: PlanProgress) {
        for index in operation.actions.indices {
            let (old, new) = (before[index + 1], after[index + 1])
            if new.run != old.run {
                let action = operation.actions[index]
                if let completedAt = action.completedAt {
                    operation.attempts.append(
                        ModelAttempt(
                            position: index + 1,
                            run: old.run,
                            attempt: action.earlierAttempts + action.attemptsCount,
                            outcome: "completed",
                            claim: action.completedClaim,
                            startedAt: action.startedAt,
                            endedAt: completedAt
                        )
                    )
                }
                operation.actions[index] = ModelAction(action.rule)
                operation.actions[index].completedClaim = action.completedClaim
            } else if new.status == .skipped, old.status == .open {
                operation.actions[index].skippedAt = now
            }
        }
        operation.progress = after
    }

    // MARK: - Failing and handing back

    private func fail(
        _ operation: inout ModelOperation,
        _ token: Token,
        _ permanent: Bool,
        _ retryAfter: Int?,
        _ timedOut: Bool,
        error: String = "Mishap"
    ) -> [ModelAnswer.Field] {
        guard var job = operation.job, let holder = job.holder, let position = job.position else { return [] }
        let rule = operation.actions[position - 1].rule
        let isEnd = permanent || job.attempt >= rule.maxAttempts
        record(&operation, timedOut ? "timed_out" : "failed", error: error, endsOperation: isEnd)
        operation.actions[position - 1].startedAt = holder.claimedAt
        operation.actions[position - 1].attemptsCount = job.attempt
        operation.actions[position - 1].erroredAt = now
        operation.actions[position - 1].errorType = error
        let row: [ModelAnswer.Field] = [.operation(operation.id), .claim(token)]
        if isEnd {
            stop(&operation, .failed, at: position)
            return row + [.text("failed"), .null]
        }
        job.runAt = now + (retryAfter ?? rule.backoff.delay(after: job.attempt))
        // A start is used up by whoever began.
        if job.runAt > now || job.pacedAt != nil { job.giveBack() }
        job.holder = nil
        job.crashes = 0
        operation.job = job
        return row + [.text("retrying"), .text(Rendered.time(job.runAt))]
    }

    /// Frees a claimed job without costing an attempt.
    ///
    /// A suspect that is released has not shown yet that it is harmless. What has not begun is not recorded as an attempt.
    package func handBack(
        _ operation: inout ModelOperation,
        as outcome: String,
        runAt: Int?,
        isRecorded: Bool = true
    ) {
        if isRecorded { record(&operation, outcome) }
        guard var job = operation.job else { return }
        job.holder = nil
        job.attempt -= 1
        if let runAt {
            job.runAt = runAt
            job.crashes = 0
        }
        if job.runAt > now || isRecorded && job.pacedAt != nil { job.giveBack() }
        operation.job = job
    }

    private func handedBack(_ outcome: String, _ token: Token, _ operation: ModelOperation) -> ModelAnswer {
        ModelAnswer(
            outcome,
            rows: [
                [
                    .operation(operation.id), .claim(token), .text(outcome),
                    .text(Rendered.time(operation.job?.runAt ?? 0)),
                ]
            ]
        )
    }
}
