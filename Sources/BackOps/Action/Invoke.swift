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
/// - Returns: How the attempt ended.
package func invoke(
    _ action: PlannedAction,
    _ context: ActionContext,
    grace: Duration = .seconds(1),
    stackTraces: StackTraces = .off
) async -> ActionOutcome {
    switch await recordingThrows(stackTraces, { try await run(action, context, grace: grace) }) {
    case .returned: outcome(of: context, thrown: nil)
    case .threw(let error, let trace):
        outcome(of: context, thrown: error) { _ in stackTraces == .off ? nil : trace.text() }
    }
}

private func run(_ action: PlannedAction, _ context: ActionContext, grace: Duration) async throws {
    guard let deadline = context.deadline else {
        return try await withLogger(context.logger) { _ in try await action.body(context) }
    }
    let completion = Completion()
    let work = Task {
        do {
            try await withLogger(context.logger) { _ in try await action.body(context) }
            completion.finish(.success(()))
        } catch {
            completion.finish(.failure(error))
        }
    }
    let outcome = await withTaskCancellationHandler {
        await completion.outcome(until: deadline)
    } onCancel: {
        work.cancel()
    }
    if let outcome { return try outcome.get() }
    work.cancel()
    let late = await completion.outcome(until: .now + grace)
    if case .committed = context.phase { return }
    throw timeoutError(context, isStillRunning: late == nil)
}

private func timeoutError(_ context: ActionContext, isStillRunning: Bool) -> BackOpsError {
    let path = "\(context.branch)/\(context.actionName)"
    let error = BackOpsError.timedOut(path, after: context.invocation.timeout ?? .zero)
    guard isStillRunning else { return error }
    context.logger.warning("action goes on after its time limit, although its task is cancelled")
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
    thrown: (any Error)?,
    stackTrace: (any Error) -> String? = { _ in nil }
) -> ActionOutcome {
    let (result, isCommitted) = context.end()
    if isCommitted, case .success(let result) = result {
        if let thrown {
            context.logger.error(
                "error after the action had completed itself is ignored",
                metadata: ["error": "\(ErrorText.message(of: thrown))"]
            )
        }
        return .committed(result)
    }
    switch (thrown, result) {
    case (nil, .success(let result)): return .completed(result)
    case (nil, .failure(let error)): return .failed(FailureRecord(error))
    case (let snooze as Snooze, _): return .snoozed(snooze.when)
    case (is CancellationError, _) where Task.isCancelled: return .cancelled
    case (let error?, _): return .failed(FailureRecord(error, stackTrace: stackTrace))
    }
}
