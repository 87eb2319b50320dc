import LibPQ

/// What one call of `prune` did.
package struct PrunedBatch: Sendable {
    package let count: Int
    /// The id up to which it looked; nil when it has not found anything that is old enough.
    package let reached: Int64?
    package let hasMore: Bool
    package let workers: Int
    /// How long it took the server; a busy worker may learn of its end much later.
    package let duration: Duration

    package init(count: Int, reached: Int64?, hasMore: Bool, workers: Int, duration: Duration) {
        self.count = count
        self.reached = reached
        self.hasMore = hasMore
        self.workers = workers
        self.duration = duration
    }
}

extension PrunedBatch {
    init(_ row: PQRow) throws(PQError) {
        count = Int(try row.decode(0, as: Int32.self))
        reached = try row.decode(1)
        hasMore = try row.decode(2)
        workers = try row.decode(3)
        duration = try row.decode(4)
    }
}
