import Logging

/// Runs one attempt of an action and says how it ended.
///
/// With a time limit, the body runs in a task of its own: when the limit is reached, the task is cancelled,
/// and after a grace period the attempt ends even if the body goes on. What the body does then has no effect.
///
/// - Parameters:
///   - action: The action.
///   - context: What it gets.
///   - grace: How long a cancelled body may take to end before the attempt ends without it.
///   - stackTraces: Whether to record where an error was thrown.
///   - stragglers: Hears of a body that goes on.
/// - Returns: How the attempt ended.
package func invoke(
    _ action: PlannedAction,
    _ context: ActionContext,
    grace: Duration = .seconds(1),
    stackTraces: StackTraces = .off,
    stragglers: Stragglers = Stragglers()
) async -> ActionOutcome {
    let body = await run(action, context, stackTraces, grace, stragglers)
    return outcome(of: context, body, action.options.retryPolicy)
}

private func run(
    _ action: PlannedAction,
    _ context: ActionContext,
    _ stackTraces: StackTraces,
    _ grace: Duration,
    _ stragglers: Stragglers
) async -> OutcomeGate.Outcome {
    guard let deadline = context.deadline else { return await run(action, context, stackTraces) }
    let gate = OutcomeGate()
    let work = Task { gate.finish(await run(action, context, stackTraces)) }
    let inTime = await withTaskCancellationHandler {
        await gate.outcome(until: deadline)
    } onCancel: {
        work.cancel()
    }
    if let inTime { return inTime }
    work.cancel()
    let isStillRunning = await gate.outcome(until: .now + grace) == nil
    // Whoever cancelled the attempt as a whole watches it as a whole.
    if isStillRunning, !Task.isCancelled { stragglers.watch(work, for: .zero, logger: context.logger) }
    return .threw(timeoutError(context, isStillRunning: isStillRunning), .missing(.turnedOff))
}

/// Runs the body where `Logger.current` is the context's, and lines of other loggers can find the context.
///
/// Errors travel on as values from here: another `throw` would be recorded as another place.
private func run(
    _ action: PlannedAction,
    _ context: ActionContext,
    _ stackTraces: StackTraces
) async -> OutcomeGate.Outcome {
    await ActionContext.$current.withValue(context) {
        await withLogger(context.logger) { _ in
            await recordingThrows(stackTraces) { try await action.body(context) }
        }
    }
}

private func timeoutError(_ context: ActionContext, isStillRunning: Bool) -> BackOpsError {
    let path = "\(context.branch)/\(context.actionName)"
    let error = BackOpsError.timedOut(path, after: context.invocation.timeout ?? .zero)
    guard isStillRunning else { return error }
    return BackOpsError(
        .timedOut,
        subject: path,
        message: error.message
            + " It still ran after its task was cancelled, and may overlap with the next attempt."
    )
}

/// Ends the context and weighs what it was told against what the body threw.
private func outcome(
    of context: ActionContext,
    _ body: OutcomeGate.Outcome,
    _ policy: RetryPolicy
) -> ActionOutcome {
    let (result, isCommitted) = context.end()
    if isCommitted, case .success(let result) = result {
        if case .threw(let error, _) = body {
            context.logger.error(
                "error after the action had completed itself is ignored",
                metadata: ["error": "\(ErrorText.message(of: error))"]
            )
        }
        return .committed(result)
    }
    switch (body, result) {
    case (.returned, .success(let result)): return .completed(result)
    case (.returned, .failure(let error)): return .failed(FailureRecord(error, policy: policy))
    case (.threw(is CancellationError, _), _) where Task.isCancelled: return .cancelled
    case (.threw(let error, let trace), _):
        // Without the value it could not know what to do.
        if let unreadable = context.unreadable { return .failed(FailureRecord(unreadable, policy: policy)) }
        if let snooze = error as? Snooze {
            return snooze.problem.map { .failed(FailureRecord($0, policy: policy)) } ?? .snoozed(snooze)
        }
        return .failed(FailureRecord(error, trace: trace.isTurnedOff ? nil : trace, policy: policy))
    }
}

extension FailureTrace {
    /// Whether nothing is to be stored.
    fileprivate var isTurnedOff: Bool { if case .missing(.turnedOff) = self { true } else { false } }
}
