import LibPQ
import Logging

/// Adds what the worker's actions did to the tables of throughput, every few seconds; and where somebody collects metrics, looks how
/// deep the queues are, and how much is at waits.
///
/// It uses a connection of the dispatcher: those of the actions may all be in long transactions.
struct Reporter: Sendable {
    let engine: EngineCalls
    let pool: PQPool
    let actionPool: PQPool
    let telemetry: WorkerTelemetry
    let interval: Duration
    let logger: Logger

    /// A report takes a millisecond; what takes longer is in somebody's way, and can wait.
    private static let timeout: Duration = .seconds(2)

    /// Reports until the task is cancelled.
    func run() async {
        // Not all workers at once when all have just started.
        var pause = interval * Double.random(in: 0.1...1)
        var trouble = Self.trouble
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: pause)
            } catch {
                return  // Cancelled: the run of the worker makes the last report.
            }
            let problems = [await report(), await observe()].compactMap(\.self)
            if Task.isCancelled { return }
            if let problem = problems.first { trouble.met(problem, logger) } else { trouble.isOver(logger) }
            pause = interval * Double.random(in: 0.9...1.1)
        }
    }

    /// Makes the last report.
    func finish() async {
        var trouble = Self.trouble
        if let problem = await report() { trouble.met(problem, logger) }
    }

    private static let trouble = Trouble(
        "worker cannot report what it does; throughput may lack some seconds",
        over: "worker reports what it does again"
    )

    /// Adds what was counted since the last report; gives what keeps it from that.
    private func report() async -> (any Error)? {
        let batch = telemetry.counts.take()
        guard !batch.isEmpty else { return nil }
        do {
            try await write(batch)
            return nil
        } catch let error as PQError where error.code == .server {
            // Nothing was done, so that nothing is counted twice.
            telemetry.counts.restore(batch)
            return error
        } catch {
            // It may have been done: to lose some seconds is better than to count them twice.
            return error
        }
    }

    private func write(_ batch: ActionCounts.Batch) async throws {
        let outcomes = try await pool.pipeline(
            [engine.forgoDurability, engine.recordActions(batch.document)],
            timeout: Self.timeout
        )
        for case .failure(let error) in outcomes where error.code != .pipelineAborted { throw error }
    }

    /// Looks at connections, queues and waits; gives what keeps it from that.
    private func observe() async -> (any Error)? {
        guard let metrics = telemetry.metrics else { return nil }
        metrics.connections(
            open: pool.openCount + actionPool.openCount,
            waitedFor: pool.waitingCount + actionPool.waitingCount
        )
        do {
            let rows = try await pool.query(
                engine.queueDepths(maxAge: interval * 0.9),
                timeout: Self.timeout
            )
            metrics.depths(try rows.map { try QueueDepth($0) })
            let limits = try await pool.query(
                engine.queueLimits(maxAge: interval * 0.9),
                timeout: Self.timeout
            )
            metrics.limits(try limits.map { try SampledQueueLimit($0) })
            let waits = try await pool.query(
                engine.waitDepths(maxAge: interval * 0.9),
                timeout: Self.timeout
            )
            metrics.waits(try waits.map { try WaitDepth($0) })
            return nil
        } catch {
            return error
        }
    }
}
