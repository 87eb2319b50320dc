import LibPQ

/// Remembers, for every queue and priority, the key of the last job that was claimed there.
///
/// A claim goes on behind that key, so that neither running jobs nor the dead versions that a long snapshot keeps are
/// scanned again. A sweep starts over, and finds what came to lie before it: late commits, retries, rescued jobs.
struct LaneCursors: Sendable {
    private var lanes: [Lane]
    private let queuePlaces: [String: Int]

    init(queues: [String]) {
        lanes = (Int16(0)...9).flatMap { priority in queues.map { Lane(queue: $0, priority: priority) } }
        queuePlaces = Dictionary(uniqueKeysWithValues: zip(queues, queues.indices))
    }

    /// Behind the last claims.
    var resuming: [Lane] { lanes }

    /// From the start of every lane.
    var sweeping: [Lane] { lanes.map { Lane(queue: $0.queue, priority: $0.priority) } }

    /// Goes on behind these jobs, which may lie before the old key after a sweep: what is behind them may be due too.
    mutating func advance(past jobs: [ClaimedJob]) {
        var last: [Int: Lane.Key] = [:]
        for job in jobs {
            guard let place = queuePlaces[job.queue] else { continue }
            let key = Lane.Key(runAt: job.runAt, operationID: job.claim.operationID)
            let lane = Int(job.priority) * queuePlaces.count + place
            last[lane] = max(last[lane] ?? key, key)
        }
        for (lane, key) in last { lanes[lane].after = key }
    }
}
