import LibPQ

/// How many operations are at waits of a kind: a row of the view `wait_depth`.
struct WaitDepth: Sendable {
    let kind: String
    let waiting: Int
    /// For how long the first of them has waited.
    let oldestSeconds: Double
}

extension WaitDepth {
    init(_ row: PQRow) throws(PQError) {
        kind = try row.decode(0)
        waiting = try row.decode(1, as: Int.self)
        oldestSeconds = try row.decode(2)
    }
}
