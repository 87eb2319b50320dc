import LibPQ

/// How many jobs of a queue are in which state: a row of the view `queue_depth`.
struct QueueDepth: Sendable {
    static let states = ["ready", "scheduled", "running", "retrying", "parked"]

    let queue: String
    /// In the order of ``states``.
    var counts = [Int](repeating: 0, count: states.count)
    /// How long the oldest ready job has been due.
    var oldestSeconds = 0.0
}

extension QueueDepth {
    init(_ row: PQRow) throws(PQError) {
        queue = try row.decode(0)
        for index in counts.indices { counts[index] = try row.decode(index + 1, as: Int.self) }
        oldestSeconds = try row.decode(6)
    }
}
