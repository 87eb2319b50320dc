import LibPQ
import Logging

/// Runs the actions of claimed jobs.
struct ActionLauncher: Sendable {
    let registry: Registry
    let plans: PlanCache
    let configuration: WorkerConfiguration
    let stragglers: Stragglers
    let tracing: WorkerTracing?
    let logger: Logger

    private typealias Attempt = (outcome: ActionOutcome, duration: Duration)

    /// Starts the action of a job in a task of its own as soon as there is a slot; the inbox learns how it ended.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - host: Does for the action what needs the database.
    ///   - inbox: The worker's.
    ///   - mayWait: Whether it may wait for a slot.
    /// - Returns: Whether it started or waits.
    func launch(_ job: ClaimedJob, _ host: WorkerActionHost, _ inbox: WorkerInbox, mayWait: Bool) -> Bool {
        inbox.launch(claim: job.claim.claimID, mayWait: mayWait) {
            let log = configuration.attemptLogs.isOff ? nil : AttemptLog(configuration.attemptLogs)
            let ended: Attempt
            var span: AttemptSpan?
            if let tracing {
                (ended, span) = await tracing.process(job) { await run(job, host, log) }
            } else {
                ended = await run(job, host, log)
            }
            return EndedAction(
                end: AttemptEnd(job: job, duration: ended.duration, span: span, log: log),
                outcome: ended.outcome,
                committed: host.committed,
                log: configuration.attemptLogs.keeps(ended.outcome) ? log?.document : nil
            )
        }
    }

    private func run(_ job: ClaimedJob, _ host: WorkerActionHost, _ log: AttemptLog?) async -> Attempt {
        do {
            let invocation = try await ActionInvocation(job, plan: plans.plan(of: job))
            let action = registry.action(
                operation: job.operation,
                action: job.action,
                branch: BranchName(job.branch),
                occurrence: invocation.plan.occurrence(at: job.position)
            )
            // The claim asks for what the registry knows; without it there is nothing to do but hand back.
            guard let action else { return (.cancelled, .zero) }
            let context = ActionContext(invocation, host: host, logger: logger, log: log)
            let outcome = await invoke(
                action,
                context,
                stackTraces: configuration.stackTraces,
                stragglers: stragglers
            )
            let duration = context.duration
            if case .failed(let record) = outcome { await close(record, host, context.logger) }
            return (outcome, duration)
        } catch is CancellationError {
            return (.cancelled, .zero)
        } catch let error as PQError where error.isAboutContent {
            let failure = Failure.permanent("the plan of the operation cannot be read", underlying: error)
            return (.failed(FailureRecord(failure)), .zero)
        } catch {
            return (.failed(FailureRecord(error)), .zero)
        }
    }

    /// Closes the rate that a failure names; whether that succeeds is nothing to the attempt.
    private func close(_ record: FailureRecord, _ host: WorkerActionHost, _ logger: Logger) async {
        guard let closing = record.closing else { return }
        do {
            try await host.backOff(closing.rate, for: closing.time)
        } catch {
            logger.error(
                "the rate could not be closed",
                metadata: ["rate": "\(closing.rate)", "error": "\(ErrorText.message(of: error))"]
            )
        }
    }
}

extension ActionInvocation {
    fileprivate init(_ job: ClaimedJob, plan: Plan) throws {
        guard let enqueuedAt = job.enqueuedAt.date else {
            throw BackOpsError(
                .invalidPlan,
                subject: job.operation,
                message: "The operation has no time of enqueue."
            )
        }
        self.init(
            operationID: job.claim.operationID,
            operationName: job.operation,
            plan: plan,
            entry: Plan.Entry(
                position: job.position,
                branch: BranchName(job.branch),
                name: job.action,
                options: ActionOptions()
            ),
            attempt: job.attempt,
            run: job.run,
            enqueuedAt: enqueuedAt,
            globals: Globals(text: job.globals)
        )
        maxAttempts = job.maxAttempts
        timeout = job.timeout
        claimID = job.claim.claimID
        slot = job.slot?.date
    }
}
