import BackOps
import BackOpsTesting

extension EngineModel {
    // MARK: - Signals

    /// Keeps a signal for the operation, which goes on if it waits for it.
    package mutating func send(_ signal: SignalRequest, to id: Int) throws(ModelRefusal) -> ModelAnswer {
        guard Self.isName(signal.name) else { throw .invalidArgument }
        guard var operation = operations[id] else { throw .unknownOperation }
        let earlier = operation.signals.filter { $0.request.name == signal.name }
        if let key = signal.dedupKey, earlier.contains(where: { $0.request.dedupKey == key }) {
            return Self.answered("duplicate")
        }
        guard operation.state == .active else { return Self.answered("refused") }
        let index = operation.signals.count
        operation.signals.append(ModelSignal(request: signal, sentAt: now))
        settleWait(&operation)
        operations[id] = operation
        return Self.answered(operation.signals[index].readAt == nil ? "kept" : "delivered")
    }

    /// Sends it to the operation that was enqueued under a key: once, or else the last one.
    package mutating func send(
        _ signal: SignalRequest,
        to name: String,
        key: String
    ) throws(ModelRefusal) -> ModelAnswer {
        let once = operations.values.first { $0.request.name == name && $0.request.key == key }
        guard let id = once?.id ?? keys[ModelKey(name: name, key: key)]?.operation else {
            throw .unknownOperation
        }
        return try send(signal, to: id)
    }

    private static func isName(_ name: String) -> Bool { !name.isEmpty && !name.contains("/") }

    private static func answered(_ outcome: String) -> ModelAnswer {
        ModelAnswer(outcome, rows: [[.text(outcome)]])
    }

    // MARK: - Ends of waits

    package mutating func advanceAll(limit: Int) -> ModelAnswer {
        let count = advanceWaits(limit: limit)
        return ModelAnswer(count == 0 ? "none" : "some", rows: [[.number(count)]])
    }

    /// Lets operations go on whose sleep or timeout is over, those that are due for the longest time first.
    ///
    /// - Returns: How many it looked at.
    package mutating func advanceWaits(limit: Int) -> Int {
        let due = operations.values.filter { operation in
            operation.wait != nil && operation.job?.runAt ?? ModelJob.never <= now
        }
        func rank(_ operation: ModelOperation) -> (Int, Int) { (operation.job?.runAt ?? 0, operation.id) }
        let picked = due.sorted { rank($0) < rank($1) }.prefix(limit)
        for var operation in picked {
            settleWait(&operation)
            operations[operation.id] = operation
        }
        return picked.count
    }

    /// Ends a sleep that has begun; what waits for its time, or for an attempt, starts at once.
    package mutating func wakeUp(_ operation: inout ModelOperation) throws(ModelRefusal) {
        guard let job = operation.job, job.holder == nil, operation.parkedAt == nil else {
            throw .wrongState
        }
        let isAtWait = job.waitsSince != nil
        guard !isAtWait || operation.wait?.isSleep == true, job.gate == nil else { throw .wrongState }
        operation.job?.runAt = isAtWait ? min(job.runAt, now) : now
        operation.job?.giveBack()
        settleWait(&operation, isWoken: isAtWait)
    }

    /// Lets an operation at a wait go on as far as signals and deadlines let it.
    package mutating func settleWait(_ operation: inout ModelOperation, isWoken: Bool = false) {
        var isWoken = isWoken
        while let wait = operation.wait, begin(wait, &operation), let deadline = operation.job?.runAt {
            let signal = operation.signals.firstIndex {
                $0.readAt == nil && wait.signals.contains($0.request.name)
            }
            let outcome: ModelAction.WaitOutcome
            if let decided = decided(wait, operation) {
                outcome = decided
            } else if signal != nil {
                outcome = .signalled
            } else if isWoken, wait.isSleep {
                outcome = .woken
            } else if deadline <= now {
                outcome = wait.isSleep ? .slept : .timedOut
            } else {
                return
            }
            isWoken = false
            leave(wait, &operation, outcome, signal)
        }
    }

    /// Whether the wait has begun, and so may end.
    private mutating func begin(_ wait: SampleWait, _ operation: inout ModelOperation) -> Bool {
        guard let job = operation.job, let position = job.position else { return false }
        guard job.waitsSince == nil else { return true }
        guard job.runAt <= now else { return false }
        let deadline: Int? =
            switch wait {
            case .sleep(let seconds): now + seconds
            case .sleepUntil(let global): time(global, in: operation.globals)
            case .signal(_, let timeout, _, _), .approval(_, let timeout, _, _, _):
                timeout.map { now + $0 } ?? ModelJob.never
            }
        guard let deadline else {
            refuse(&operation, "InvalidPerformAt", at: position)
            waitEvents.append("InvalidPerformAt")
            return false
        }
        operation.job?.waitsSince = now
        operation.job?.runAt = deadline
        if let name = wait.approval {
            ask(name, &operation, at: position, until: deadline)
            if let global = wait.global { operation.globals[global] = nil }
        }
        return true
    }

    private mutating func leave(
        _ wait: SampleWait,
        _ operation: inout ModelOperation,
        _ outcome: ModelAction.WaitOutcome,
        _ signal: Int?
    ) {
        guard let job = operation.job, let position = job.position else { return }
        let consequence = wait.consequence(outcome)
        if outcome == .timedOut { end(&operation, .lapsed) }
        operation.actions[position - 1].startedAt = job.waitsSince
        operation.actions[position - 1].attemptsCount = 1
        operation.actions[position - 1].waitOutcome = outcome
        if consequence == .fail {
            waitEvents.append("\(outcome.rawValue) fail")
            failWait(&operation, at: position, since: job.waitsSince, outcome)
            return
        }
        if let signal {
            operation.signals[signal].readAt = now
            operation.signals[signal].readPosition = position
            operation.signals[signal].readRun = operation.run(at: position)
        }
        if let global = wait.global {
            let isDecided = [.approved, .rejected].contains(outcome)
            let decision = isDecided ? operation.approvals.last.map { GlobalValue.decision($0) } : nil
            operation.globals[global] =
                decision ?? signal.map { .signal(operation.signals[$0]) } ?? .timedOut
        }
        operation.actions[position - 1].completedAt = now
        operation.actions[position - 1].completedClaim = .wait
        operation.actions[position - 1].clearError()
        var target: Int?
        if case .branch(let name) = consequence {
            target = operation.progress?.plan.position(of: BranchName(name), action: nil)
        }
        waitEvents.append(outcome.rawValue + (target == nil ? "" : " branch"))
        goOn(&operation, from: position, jump: target)
    }

    private func failWait(
        _ operation: inout ModelOperation,
        at position: Int,
        since: Int?,
        _ outcome: ModelAction.WaitOutcome
    ) {
        let errorType = outcome == .rejected ? "Rejected" : "WaitTimedOut"
        operation.actions[position - 1].erroredAt = now
        operation.actions[position - 1].errorType = errorType
        operation.attempts.append(
            ModelAttempt(
                position: position,
                run: operation.run(at: position),
                attempt: operation.actions[position - 1].earlierAttempts + 1,
                outcome: outcome == .rejected ? "failed" : "timed_out",
                endsOperation: true,
                startedAt: since,
                endedAt: now,
                errorType: errorType
            )
        )
        stop(&operation, .failed, at: position)
    }

    /// Brings an operation from a wait that has ended to the next step, or to its end.
    private mutating func goOn(_ operation: inout ModelOperation, from position: Int, jump target: Int?) {
        guard var job = operation.job else { return }
        guard let next = complete(&operation, at: position, jump: target) else {
            operation.state = .completed
            operation.endedAt = now
            operation.job = nil
            return
        }
        let rule = operation.actions[next - 1].rule
        guard job.stepsLeft > 1, let due = dueTime(rule, operation.globals) else {
            let problem = job.stepsLeft > 1 ? "InvalidPerformAt" : "StepLimit"
            waitEvents.append("next \(problem)")
            refuse(&operation, problem, at: next)
            return
        }
        job.position = next
        job.stepsLeft -= 1
        job.runAt = due
        job.waitsSince = nil
        job.attempt = 0
        job.queue = operation.queue(of: rule, job.operationSlot)
        job.operationSlot = operation.operationSlot(job.operationSlot, at: rule)
        job.handler = operation.handler(rule.name)
        operation.job = job
    }
}

extension ModelOperation {
    /// The wait that it is at.
    package var wait: SampleWait? { job?.position.flatMap { actions[$0 - 1].rule.wait } }
}
