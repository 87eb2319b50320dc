internal import CLibPQ

extension PQSession {
    /// Runs several statements in one round trip.
    ///
    /// By default they are one transaction: if one fails, those after it are skipped and those before it undone,
    /// and each of these is reported as ``PQError/Code/pipelineAborted``. Inside an open transaction the failure
    /// ends that transaction as well. Statements not seen before are prepared within the same round trip.
    ///
    /// Without ``PQOptions/preparedStatements`` separate transactions take a round trip each: poolers in transaction
    /// mode give the server's session away as soon as it has answered, with what was sent to it ahead.
    ///
    /// - Parameters:
    ///   - statements: The statements in order. Not BEGIN or COMMIT, and not COPY.
    ///   - separately: Makes each statement its own transaction, so that a failure leaves the others alone.
    ///   - timeout: How long all of them may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Returns: One outcome per statement, in order.
    /// - Throws: ``PQError`` when there are no outcomes: the connection was lost or the commit's outcome is unknown,
    ///   and some of the statements may have taken effect; or time ran out or the task was cancelled, which undid all.
    public mutating func pipeline(
        _ statements: [SQLStatement],
        separately: Bool = false,
        timeout: Duration? = nil
    ) throws(PQError) -> [Result<PQResult, PQError>] {
        for statement in statements { try check(statement) }
        guard !statements.isEmpty else { return [] }
        return try exchange(timeout: timeout) { session, timeLimit throws(PQError) in
            guard unsafe PQenterPipelineMode(session.connection) == 1 else { throw session.unsent() }
            var run = PipelineRun(statements, separately: separately)
            let isPooled = !session.options.preparedStatements
            let trip = separately && isPooled ? 1 : statements.count
            do throws(PQError) {
                for first in stride(from: 0, to: statements.count, by: trip) {
                    try session.send(first..<first + trip, of: &run)
                    try session.receive(first..<first + trip, of: &run, &timeLimit)
                }
                run.undoIfOneFailed()
            } catch {
                // What is still on its way cannot be told apart from later answers.
                session.close()
                throw error
            }
            guard unsafe PQexitPipelineMode(session.connection) == 1 else { throw session.lost() }
            return try session.judge(run, timeLimit)
        }
    }

    /// Says of a pipeline that was ended at this side's wish that it was; as one transaction it did nothing then.
    private func judge(
        _ run: PipelineRun,
        _ timeLimit: ExchangeLimit
    ) throws(PQError) -> [Result<PQResult, PQError>] {
        let outcomes = run.outcomes.map { outcome in outcome.mapError { refine($0, timeLimit) } }
        guard !run.separately else { return outcomes }
        for case .failure(let error) in outcomes where error.code == .timedOut || error.code == .cancelled {
            throw error
        }
        return outcomes
    }

    private mutating func send(_ trip: Range<Int>, of run: inout PipelineRun) throws(PQError) {
        for index in trip {
            let statement = run.statements[index]
            if !options.preparedStatements {
                guard !statement.text.utf8.contains(0) else { throw Self.zeroByte }
                try sendUnprepared(statement)
            } else if let name = statements.name(of: statement.shape) {
                try sendPrepared(name, statement)
            } else {
                let name = statements.makeName()
                try sendPrepare(name, statement)
                statements.insert(statement.shape, name: name)
                run.preparing.insert(index)
                try sendPrepared(name, statement)
            }
            if run.separately || index == run.statements.indices.last {
                guard unsafe PQpipelineSync(connection) == 1 else { throw unsent() }
            }
        }
    }

    private mutating func receive(
        _ trip: Range<Int>,
        of run: inout PipelineRun,
        _ timeLimit: inout ExchangeLimit
    ) throws(PQError) {
        for index in trip {
            if run.preparing.contains(index) {
                let prepared = try receiveOne(&timeLimit)
                if case .failure(let error) = prepared {
                    statements.remove(run.statements[index].shape, retire: false)
                    run.preparationFailed(index, error)
                }
            }
            let outcome = try receiveOne(&timeLimit)
            if case .failure(let error) = outcome { _ = forget(run.statements[index], after: error) }
            run.finished(index, outcome)
            if run.separately || index == run.statements.indices.last {
                if let error = try receiveSync(&timeLimit) { run.commitFailed(index, error) }
            }
        }
    }

    /// Reads the result of one queued request, and the nil that ends it.
    private mutating func receiveOne(
        _ timeLimit: inout ExchangeLimit
    ) throws(PQError) -> Result<PQResult, PQError> {
        guard let result = try nextResult(&timeLimit) else { throw lost() }
        let outcome: Result<PQResult, PQError>
        switch result.status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            outcome = .success(PQResult(storage: result))
        case PGRES_PIPELINE_ABORTED: outcome = .failure(PipelineRun.aborted)
        case PGRES_FATAL_ERROR:
            let error = failure(of: result)
            guard error.code == .server else { throw error }
            outcome = .failure(error)
        default: throw PQError(.misuse, "COPY cannot be part of a pipeline.")
        }
        guard try nextResult(&timeLimit) == nil else { throw lost() }
        return outcome
    }

    /// Reads up to the end of an implicit transaction; gives the error that its commit failed with, if it did.
    private mutating func receiveSync(_ timeLimit: inout ExchangeLimit) throws(PQError) -> PQError? {
        var error: PQError?
        while true {
            guard let result = try nextResult(&timeLimit) else {
                guard error != nil, isUsable else { throw lost() }
                continue
            }
            if result.status == PGRES_PIPELINE_SYNC { return error }
            let failed = failure(of: result)
            guard failed.code == .server, error == nil else { throw failed }
            error = failed
        }
    }
}

/// Keeps the books of one pipeline.
struct PipelineRun {
    static let aborted = PQError(
        .pipelineAborted,
        "Undone or skipped, because another statement of the pipeline failed."
    )

    let statements: [SQLStatement]
    let separately: Bool
    /// The statements that are prepared in this pipeline.
    var preparing: Set<Int> = []
    private(set) var outcomes: [Result<PQResult, PQError>] = []
    private var failedPreparations: [SQLStatement.Shape: PQError] = [:]

    init(_ statements: [SQLStatement], separately: Bool) {
        self.statements = statements
        self.separately = separately
        outcomes.reserveCapacity(statements.count)
    }

    mutating func preparationFailed(_ index: Int, _ error: PQError) {
        failedPreparations[statements[index].shape] = error
    }

    /// Notes an outcome.
    ///
    /// Where preparing failed, that is the error, also for later statements of the same text.
    mutating func finished(_ index: Int, _ outcome: Result<PQResult, PQError>) {
        guard case .failure(let error) = outcome else {
            outcomes.append(outcome)
            return
        }
        let isConsequence = error.code == .pipelineAborted || error.sqlState == .invalidStatementName
        let cause = isConsequence ? failedPreparations[statements[index].shape] : nil
        outcomes.append(.failure((cause ?? error).with(statement: statements[index].text)))
    }

    mutating func commitFailed(_ index: Int, _ error: PQError) {
        outcomes[index] = .failure(error.with(statement: statements[index].text))
    }

    mutating func undoIfOneFailed() {
        func isFailure(_ outcome: Result<PQResult, PQError>) -> Bool {
            if case .failure = outcome { true } else { false }
        }
        guard !separately, outcomes.contains(where: isFailure) else { return }
        for index in outcomes.indices where !isFailure(outcomes[index]) {
            outcomes[index] = .failure(Self.aborted)
        }
    }
}
