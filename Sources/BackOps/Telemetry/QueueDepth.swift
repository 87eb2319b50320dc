/// How many jobs of a queue are in which state: a row of the view `queue_depth`.
struct QueueDepth: Sendable {
    static let states = ["ready", "scheduled", "running", "retrying", "parked"]

    let queue: String
    /// In the order of ``states``.
    var counts = [Int](repeating: 0, count: states.count)
    /// How long the oldest ready job has been due.
    var oldestSeconds = 0.0
}
