import LibPQ
import Logging

/// An action that runs in this process, or will as soon as there is a slot.
struct RunningAction: Sendable {
    let job: ClaimedJob
    let host: WorkerActionHost

    /// The claim of the operation's next action, when that was started before the answer to this one's own commit came.
    var successor: Int64?

    /// Starts the action of a claimed job in a task of its own; the inbox learns how it ended.
    static func start(
        _ job: ClaimedJob,
        host: WorkerActionHost,
        registry: Registry,
        plans: PlanCache,
        configuration: WorkerConfiguration,
        stragglers: Stragglers,
        tracing: WorkerTracing?,
        logger: Logger,
        inbox: WorkerInbox
    ) -> RunningAction {
        inbox.launch(claim: job.claim.claimID) {
            let log = configuration.attemptLogs.isOff ? nil : AttemptLog(configuration.attemptLogs)
            func attempt() async -> Attempt {
                await run(job, host, registry, plans, configuration, stragglers, logger, log)
            }
            let ended: Attempt
            var span: AttemptSpan?
            if let tracing {
                (ended, span) = await tracing.process(job, attempt)
            } else {
                ended = await attempt()
            }
            return WorkerInbox.Ended(
                end: AttemptEnd(job: job, duration: ended.duration, span: span, log: log),
                outcome: ended.outcome,
                committed: host.committed,
                log: configuration.attemptLogs.keeps(ended.outcome) ? log?.document : nil
            )
        }
        return RunningAction(job: job, host: host)
    }

    private typealias Attempt = (outcome: ActionOutcome, duration: Duration)

    private static func run(
        _ job: ClaimedJob,
        _ host: WorkerActionHost,
        _ registry: Registry,
        _ plans: PlanCache,
        _ configuration: WorkerConfiguration,
        _ stragglers: Stragglers,
        _ logger: Logger,
        _ log: AttemptLog?
    ) async -> Attempt {
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
            return (outcome, context.duration)
        } catch is CancellationError {
            return (.cancelled, .zero)
        } catch let error as PQError where error.isAboutContent {
            let failure = Failure.permanent("the plan of the operation cannot be read", underlying: error)
            return (.failed(FailureRecord(failure)), .zero)
        } catch {
            return (.failed(FailureRecord(error)), .zero)
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
            run: job.run - 1,
            enqueuedAt: enqueuedAt,
            globals: Globals(text: job.globals)
        )
        maxAttempts = job.maxAttempts
        timeout = job.timeout
        claimID = job.claim.claimID
    }
}
