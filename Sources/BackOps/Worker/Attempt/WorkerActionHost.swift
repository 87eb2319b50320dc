import LibPQ
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Does for one running action what needs the database.
final class WorkerActionHost: ActionHost {
    private let engine: EngineCalls
    private let pool: PQPool
    private let worker: Int64
    private let job: ClaimedJob
    private let lease: Duration
    var claim: Claim { job.claim }
    private let report = Mutex<ProgressReport?>(nil)
    private let completion = Mutex(CommitState.no)

    /// How far the action has come in completing itself.
    private enum CommitState: Sendable {
        case no
        /// Its transaction may have committed, or may not.
        case underWay
        case done(CompletionResult)
    }

    init(engine: EngineCalls, pool: PQPool, worker: Int64, job: ClaimedJob, lease: Duration) {
        self.engine = engine
        self.pool = pool
        self.worker = worker
        self.job = job
        self.lease = lease
    }

    /// What the database answered when the action completed itself in a transaction.
    var committed: CompletionResult? {
        guard case .done(let result) = completion.withLock({ $0 }) else { return nil }
        return result
    }

    /// Whether a claim that the database does not know any more may be one that this action has completed itself.
    var mayHaveCompletedItself: Bool {
        if case .no = completion.withLock({ $0 }) { false } else { true }
    }

    /// Takes the last report, if there was one since the last time.
    func takeReport() -> ProgressReport? {
        report.withLock { $0.take() }
    }

    /// Takes back a report that could not be written, unless there is a newer one.
    func restore(_ former: ProgressReport) {
        report.withLock { $0 = $0 ?? former }
    }

    func report(progress: Double, note: String?) {
        report.withLock { $0 = ProgressReport(progress: progress, note: note) }
    }

    func checkpoint(_ patch: GlobalsPatch) async throws {
        let rows = try await pool.query(engine.checkpoint(worker: worker, claim, patch))
        guard try rows.first?.decode(0, as: Bool.self) == true else { throw BackOpsError.staleClaim(claim) }
    }

    func consume(_ rate: String, _ count: Int, key: String?) async throws -> Date? {
        do {
            guard let row = try await pool.query(engine.consume(rate, count, key: key)).first else {
                throw BackOpsError.noRow("consume")
            }
            return try row.timeIfAny(0)
        } catch let error as PQError {
            throw BackOpsError(refusing: error)
        }
    }

    /// Lets nothing start under a rate for some time, because a service asks for it.
    func backOff(_ rate: String, for duration: Duration) async throws {
        try await pool.query(engine.backOff(claim.operationID, rate, for: duration))
    }

    /// Enqueues the next slots of the backfill that this operation is.
    ///
    /// - Throws: ``Failure`` where it can never go on, because its schedule is gone or its globals are no backfill's.
    func advanceBackfill() async throws -> BackfillStep {
        do {
            guard let row = try await pool.query(engine.advanceBackfill(claim.operationID)).first else {
                throw BackOpsError.noRow("advance_backfill")
            }
            return try BackfillStep(row)
        } catch let error as PQError where ["OP", "22", "23"].contains(error.sqlState?.rawValue.prefix(2)) {
            throw Failure.permanent(error.message, underlying: error)
        }
    }

    func transaction(_ body: (PQTransaction) async throws -> ActionResult) async throws {
        do {
            let result = try await commit(body)
            completion.withLock { $0 = .done(result) }
        } catch {
            completion.withLock { $0 = .no }
            throw error
        }
    }

    private func commit(_ body: (PQTransaction) async throws -> ActionResult) async throws -> CompletionResult
    {
        do {
            return try await pool.withTransaction(
                isolation: .readCommitted,
                attempts: ActionContext.transactionAttempts
            ) { transaction in
                self.completion.withLock { $0 = .no }
                let result = try await body(transaction)
                self.completion.withLock { $0 = .underWay }
                return try await self.complete(with: result, in: transaction)
            }
        } catch let error as PQError where error.code == .unknownCommit {
            return try await findOut(after: error)
        }
    }

    /// Completes the action as the last statement of its transaction.
    ///
    /// A job that somebody else has locked for a moment is waited for: to start the attempt over would cost more.
    private func complete(
        with result: ActionResult,
        in transaction: PQTransaction
    ) async throws -> CompletionResult {
        let end = ContinuousClock.now + lease
        var pause: Duration = .milliseconds(2)
        var nextQuestion = ContinuousClock.now + OutcomeRetries.patience
        while true {
            // From here to the commit the job's row is locked: nobody could take it from a process that is frozen now.
            let answers = try await transaction.pipeline([
                engine.limitIdleness(to: lease),
                engine.complete(
                    worker: worker,
                    [(job, result)],
                    continuing: true
                ),
            ])
            guard let row = try answers.last?.get().first else { throw BackOpsError.staleClaim(claim) }
            let completion = try CompletionResult(row)
            switch completion.outcome {
            case .busy:
                guard ContinuousClock.now < end else { throw BackOpsError.staleClaim(claim) }
                if nextQuestion <= .now {
                    nextQuestion = .now + OutcomeRetries.patience
                    try await checkClaim(in: transaction)
                }
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(200))
            // Alone, what is invalid is an error of the statement.
            case .stale, .done, .invalid: throw BackOpsError.staleClaim(claim)
            case .advanced, .queued, .completed, .failed: return completion
            }
        }
    }

    /// Where rows of the operation are gone from the database, there is nothing to wait for.
    private func checkClaim(in transaction: PQTransaction) async throws {
        let holds = try await transaction.query(engine.holds(worker: worker, claim)).first
        guard try holds?.decode(0, as: Bool.self) == true else { throw BackOpsError.staleClaim(claim) }
    }

    /// The connection died during the commit: the claim tells which way it went.
    private func findOut(after error: PQError) async throws -> CompletionResult {
        let fate: String?
        do {
            fate = try await pool.query(engine.fate(worker: worker, claim)).first?.decode(0, as: String.self)
        } catch {
            throw BackOpsError(
                .unknownCommit,
                message:
                    "The connection died during the commit, and the database cannot be asked what became of it.",
                underlying: error
            )
        }
        switch fate {
        // What came next was in the lost answer; the worker asks for it.
        case "done": return CompletionResult(claim: claim, outcome: .done, next: nil)
        case "busy": throw BackOpsError(refusing: error)
        default: throw BackOpsError.staleClaim(claim)
        }
    }
}

extension BackOpsError {
    static func staleClaim(_ claim: Claim) -> BackOpsError {
        var error = BackOpsError(
            .staleClaim,
            subject: String(claim.operationID),
            message:
                "The job is not this worker's any more: its lease ended, or the operation was cancelled or changed."
        )
        error.operationID = claim.operationID
        return error
    }
}
