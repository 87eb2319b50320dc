import LibPQ
import Logging

/// Adds what the worker's actions did to the tables of throughput, every few seconds; and where somebody collects metrics, looks how
/// deep the queues are.
///
/// It uses a connection of the dispatcher: those of the actions may all be in long transactions.
struct Reporter: Sendable {
    let engine: Engine
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
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: pause)
            } catch {
                return  // Cancelled: the run of the worker makes the last report.
            }
            await report()
            await observe()
            pause = interval * Double.random(in: 0.9...1.1)
        }
    }

    /// Adds what was counted since the last report.
    func report() async {
        let batch = telemetry.counts.take()
        guard !batch.isEmpty else { return }
        do {
            try await write(batch)
        } catch let error as PQError where error.code == .server {
            // Nothing was done, so that nothing is counted twice.
            telemetry.counts.restore(batch)
            logger.debug("throughput is reported later", metadata: ["error": "\(error)"])
        } catch {
            // It may have been done: to lose some seconds is better than to count them twice.
            logger.debug("some seconds of throughput are lost", metadata: ["error": "\(error)"])
        }
    }

    private func write(_ batch: ActionCounts.Batch) async throws {
        let outcomes = try await pool.pipeline(
            [engine.forgoDurability, engine.recordActions(batch.document)],
            timeout: Self.timeout
        )
        for case .failure(let error) in outcomes where error.code != .pipelineAborted { throw error }
    }

    private func observe() async {
        guard let metrics = telemetry.metrics else { return }
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
        } catch {
            logger.debug("depth of the queues is not known", metadata: ["error": "\(error)"])
        }
    }
}
