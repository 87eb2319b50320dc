import LibPQ

/// The limit of a queue and how many run under it: a row of the function `sampled_queue_limits`.
struct SampledQueueLimit: Sendable {
    let queue: String
    let maximum: Int
    let running: Int
}

extension SampledQueueLimit {
    init(_ row: PQRow) throws(PQError) {
        queue = try row.decode(0)
        maximum = Int(try row.decode(1, as: Int32.self))
        running = Int(try row.decode(2, as: Int32.self))
    }
}
