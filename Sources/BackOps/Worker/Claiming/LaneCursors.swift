import LibPQ

/// Remembers, for every queue and priority, the key of the last job that was claimed there.
///
/// A claim goes on after that key, so that neither running jobs nor the dead versions that a long snapshot keeps are
/// scanned again. A sweep starts over, and finds what came to lie before it: late commits, retries, rescued jobs.
///
/// Every lane costs a look into the index, which of many queues would be most of a claim. So where there are many, a claim between
/// two sweeps looks into the lanes that have given jobs since the last one, and into a tenth of the others, another one each time:
/// a job of a better priority waits for ten claims at most.
package struct LaneCursors: Sendable {
    private var lanes: [Lane]
    private let queuePlaces: [String: Int]

    /// Where jobs were since the last sweep began.
    private var fruitful: Set<Int> = []

    /// Which part of the other lanes is looked into.
    private var part = 0

    /// So many are always looked into.
    private static let fewLanes = 50
    private static let parts = 10

    package init(queues: [String]) {
        lanes = (Int16(0)...9).flatMap { priority in queues.map { Lane(queue: $0, priority: priority) } }
        queuePlaces = Dictionary(uniqueKeysWithValues: zip(queues, queues.indices))
    }

    /// Behind the last claims.
    package var resuming: [Lane] {
        guard lanes.count > Self.fewLanes else { return lanes }
        return lanes.indices.filter { fruitful.contains($0) || $0 % Self.parts == part }.map { lanes[$0] }
    }

    /// A claim is about to be made.
    package mutating func begin(sweep isSweep: Bool) {
        if isSweep {
            fruitful = []
        } else {
            part = (part + 1) % Self.parts
        }
    }

    /// From the start of every lane.
    package var sweeping: [Lane] { lanes.map { Lane(queue: $0.queue, priority: $0.priority) } }

    /// Goes on after these jobs, which may lie before the old key after a sweep: what is after them may be due too.
    ///
    /// - Parameter jobs: Queue, priority and key of each.
    package mutating func advance(past jobs: some Sequence<Lane>) {
        var last: [Int: Lane.Key] = [:]
        for job in jobs {
            guard let place = queuePlaces[job.queue], let key = job.after else { continue }
            let lane = Int(job.priority) * queuePlaces.count + place
            last[lane] = max(last[lane] ?? key, key)
        }
        for (lane, key) in last {
            lanes[lane].after = key
            fruitful.insert(lane)
        }
    }
}
