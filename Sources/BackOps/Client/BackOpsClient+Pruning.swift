import LibPQ

extension BackOpsClient {
    /// Deletes operations that have ended, with their actions and attempts, once they are older than they are to become.
    ///
    /// It does so in batches of 1,000, each of them a transaction, lowest ids first. Active operations always stay, and so does
    /// what somebody else has locked. Any number of clients and workers may prune at once: none waits for another. Workers do it by
    /// themselves where ``WorkerConfiguration/retention`` says so.
    ///
    /// - Parameters:
    ///   - retention: How long operations stay.
    ///   - onProgress: Hears after every batch how many operations were pruned so far.
    /// - Returns: How many operations were pruned.
    /// - Throws: ``BackOpsError``, also where a foreign key of yours keeps an operation; batches before it are pruned then.
    @discardableResult
    public func prune(_ retention: Retention, onProgress: (Int) -> Void = { _ in }) async throws -> Int {
        guard retention != .forever else { return 0 }
        var pruned = 0
        var position: Int64?
        while true {
            try Task.checkCancellation()
            let rows = try await call(engine.prune(retention, atMost: 1000, after: position))
            guard let batch = try rows.read(PrunedBatch.init).first else {
                throw BackOpsError.noRow("the pruning")
            }
            pruned += batch.count
            guard batch.hasMore else { return pruned }
            position = batch.reached
            onProgress(pruned)
        }
    }

    /// Counts what ``prune(_:onProgress:)`` would delete now; reads the whole table of operations.
    ///
    /// - Parameter retention: How long operations stay.
    /// - Returns: The number of operations by state, for states that have some.
    /// - Throws: ``BackOpsError``.
    public func prunable(_ retention: Retention) async throws -> [OperationState: Int] {
        var counts: [OperationState: Int] = [:]
        let rows = try await call(engine.prunable(retention))
        for (state, count) in try rows.read({ try $0.decode(as: String.self, Int.self) }) {
            counts[OperationState(rawValue: state)] = count
        }
        return counts
    }
}
