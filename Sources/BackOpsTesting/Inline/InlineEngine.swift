import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Drives one operation by a virtual clock; the engine's rules without its tables.
struct InlineEngine {
    private let definition: Registry.Definition
    let start: Date
    private let slot: Date?
    private let maxSteps: Int
    private let host: InlineHost

    var progress: PlanProgress
    private var failing: [ExactText: Int]
    var clock = Duration.zero
    var signals: [InlineSignal]
    var decisions: [InlineDecision]
    private var snoozes = InlineSnoozes()
    var run: InlineRun

    init(
        definition: Registry.Definition,
        globals: Globals,
        now: Date,
        slot: Date?,
        failing: [String: Int],
        signals: [InlineSignal],
        decisions: [InlineDecision],
        maxSteps: Int,
        host: InlineHost
    ) throws(BackOpsError) {
        let paths = definition.plan.entries.map(\.path)
        for path in failing.keys where !paths.contains(where: path.hasSameBytes) {
            throw .invalidConfiguration(
                "failing",
                "names \"\(path)\", but there is only \(paths.joined(separator: ", "))."
            )
        }
        self.definition = definition
        self.start = now
        self.slot = slot
        self.failing = Dictionary(uniqueKeysWithValues: failing.map { (ExactText($0.key), $0.value) })
        self.signals = signals
        self.decisions = decisions
        self.maxSteps = maxSteps
        self.host = host
        progress = PlanProgress(definition.plan)
        run = InlineRun(globals: globals)
    }

    mutating func run() async -> InlineRun {
        var next = progress.first.flatMap { reach($0) }
        while let position = next {
            if let entry = progress.plan.entry(at: position), let wait = entry.options.wait {
                next = pass(entry, wait)
            } else {
                next = await attempt(position)
            }
        }
        run.skipped = progress.plan.entries.filter { progress[$0.position].status == .skipped }.map(\.path)
        return run
    }
}

// MARK: - Time

extension InlineEngine {
    /// Moves the pointer to an action and waits until it is due.
    ///
    /// - Returns: The position, or nil when the operation failed there.
    private mutating func reach(_ position: Int) -> Int? {
        guard let options = progress.plan.entry(at: position)?.options else { return nil }
        if let date = options.performAt { wait(until: date) }
        if let delay = options.performIn { wait(delay) }
        if let name = options.performAtGlobal, !wait(untilGlobal: name) { return nil }
        return position
    }

    /// Waits until the date in a global, if it holds one.
    ///
    /// - Returns: False when the operation failed because it holds something else.
    mutating func wait(untilGlobal name: String) -> Bool {
        do {
            let date = try GlobalKey<Date>(name).value(try run.globals.members()[ExactText(name)])
            if let date { wait(until: date) }
            return true
        } catch {
            run.errors.append(error)
            run.fail(error)
            return false
        }
    }

    private mutating func wait(until date: Date) {
        // Beyond 10,000 years there is no date that the database could store.
        let seconds = min(date.timeIntervalSince(start), 316e9)
        guard seconds > 0 else { return }
        wait(.microseconds(Int64((seconds * 1_000_000).rounded())) - clock)
    }

    mutating func wait(_ duration: Duration) {
        guard duration > .zero else { return }
        run.waits.append(duration)
        clock += duration
    }
}

// MARK: - Attempts

extension InlineEngine {
    /// Runs one attempt and records how it ended.
    ///
    /// - Returns: The position that is due next, or nil at the end.
    private mutating func attempt(_ position: Int) async -> Int? {
        guard let entry = progress.plan.entry(at: position) else { return nil }
        progress[position].attempts += 1
        let outcome = await invoke(action(entry), context(entry))
        let (checkpoints, reports) = host.take()
        run.globals = checkpoints.applied(to: run.globals)
        run.progress += reports
        switch outcome {
        case .completed(let result), .committed(let result):
            run.attempts[ExactText(entry.path), default: 0] += 1
            return complete(entry, result)
        case .failed(let record):
            run.attempts[ExactText(entry.path), default: 0] += 1
            return fail(entry, record)
        case .snoozed(let snooze):
            return put(entry, off: snooze)
        case .cancelled:
            run.state = .cancelled
            return nil
        }
    }

    /// The action itself, or one that fails in its place.
    private mutating func action(_ entry: Plan.Entry) -> PlannedAction {
        guard let left = failing[ExactText(entry.path)], left > 0 else {
            return definition.actions[entry.position - 1]
        }
        failing[ExactText(entry.path)] = left - 1
        return Do(entry.name) { _ in throw InjectedFailure(action: entry.path) }.planned
    }

    private func context(_ entry: Plan.Entry) -> ActionContext {
        var invocation = ActionInvocation(
            operationID: 1,
            operationName: definition.name,
            plan: progress.plan,
            entry: entry,
            attempt: progress[entry.position].attempts,
            run: progress[entry.position].run,
            enqueuedAt: start,
            globals: run.globals
        )
        invocation.slot = slot
        return ActionContext(invocation, host: host)
    }

    private mutating func complete(_ entry: Plan.Entry, _ result: ActionResult) -> Int? {
        run.globals = result.patch.applied(to: run.globals)
        return goOn(after: entry, jump: result.jump)
    }

    /// Completes a step, and reaches the next.
    mutating func goOn(after entry: Plan.Entry, jump: Int?) -> Int? {
        run.path.append(entry.path)
        run.steps += 1
        guard let next = progress.complete(entry.position, jump: jump) else { return nil }
        guard run.steps < maxSteps else {
            run.fail(BackOpsError.stepLimit(maxSteps))
            return nil
        }
        return reach(next)
    }

    private mutating func fail(_ entry: Plan.Entry, _ record: FailureRecord) -> Int? {
        run.errors.append(record.error)
        let attempt = progress[entry.position].attempts
        let policy = entry.options.retryPolicy
        guard attempt < policy.maxAttempts, record.decision != .permanent else {
            run.fail(record.error)
            return nil
        }
        if case .retryAfter(let delay) = record.decision {
            wait(delay)
        } else {
            wait(policy.delay(afterAttempt: attempt))
        }
        return entry.position
    }

    /// Puts an action off; one that always does so would never end here, where time costs nothing.
    private mutating func put(_ entry: Plan.Entry, off snooze: Snooze) -> Int? {
        let turns = snoozes.turns(of: entry.position, run: progress[entry.position].run, at: clock)
        if let error = turns.error(snooze, at: clock) {
            run.attempts[ExactText(entry.path), default: 0] += 1
            run.errors.append(error)
            run.fail(error)
            return nil
        }
        progress[entry.position].attempts -= 1
        guard turns.count < maxSteps else {
            run.fail(BackOpsError.stepLimit(maxSteps))
            return nil
        }
        let longest = snooze.within.map { turns.since + $0 - clock }
        switch snooze.when {
        case .now: break
        case .in(let duration): wait(min(duration, longest ?? duration))
        case .at(let date): wait(until: longest.map { min(date, self.date(after: $0)) } ?? date)
        }
        return entry.position
    }

    private func date(after delay: Duration) -> Date {
        start.addingTimeInterval((clock + delay) / .seconds(1))
    }
}
