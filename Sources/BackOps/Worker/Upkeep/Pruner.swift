import LibPQ
import Logging

/// Deletes operations that ended long ago, as long as the worker works: what every worker does for all, without a leader,
/// because each skips what another has locked.
///
/// It uses a connection of the actions, not the heartbeat's: the lease must not wait for a delete.
struct Pruner: Sendable {
    let engine: EngineCalls
    let pool: PQPool
    let retention: Retention
    let interval: Duration
    let relay: StopRelay
    let logger: Logger

    /// A batch is far shorter; what is not, is in somebody's way.
    private static let timeout: Duration = .seconds(10)

    /// Prunes until the task is cancelled or the worker is to stop; at once done when everything is to stay.
    func run() async {
        guard retention != .forever else { return }
        var pace = PruningPace(interval: interval)
        var pause = pace.firstPause
        var pruned = 0
        var trouble = Trouble("worker cannot prune", over: "worker prunes again")
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: pause)
                if relay.isStopping { break }
                let batch = try await prune(pace)
                pause = pace.next(after: batch)
                pruned += batch.count
                trouble.isOver(logger)
                if !batch.hasMore, pruned > 0 {
                    logger.info("pruned operations", metadata: ["operations": .stringConvertible(pruned)])
                    pruned = 0
                }
            } catch {
                guard !Task.isCancelled else { break }
                trouble.met(error, logger)
                pause = pace.rest()
            }
        }
        if pruned > 0 {
            logger.info("pruned operations", metadata: ["operations": .stringConvertible(pruned)])
        }
    }

    private func prune(_ pace: PruningPace) async throws -> PrunedBatch {
        let statement = engine.prune(retention, atMost: pace.limit, after: pace.position)
        return try PrunedBatch(try await pool.query(statement, timeout: Self.timeout)[0])
    }
}
