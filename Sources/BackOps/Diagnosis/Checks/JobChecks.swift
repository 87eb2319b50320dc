import LibPQ

extension DiagnosisCheck {
    /// What waits, and for whom.
    static let jobs = [
        DiagnosisCheck("names", needsSchema: true, names),
        DiagnosisCheck("unclaimed", needsSchema: true, unclaimed),
    ]

    private struct Waiting {
        let queue: String
        let handler: String
        let count: Int
        let oldest: Double
        let age: Duration
        /// What keeps it from being claimed: a word, and the same in words.
        let obstacle: (word: String, detail: String)?

        init(_ row: PQRow) throws {
            queue = try row.decode(0)
            handler = try row.decode(1)
            count = try row.decode(2)
            oldest = try row.decode(3)
            age = Duration(serverSeconds: try row.decode(4))
            let (word, detail) = (try row.decode(5, as: String?.self), try row.decode(6, as: String?.self))
            obstacle = word.flatMap { word in detail.map { (word, $0) } }
        }
    }

    /// Operations and jobs that nobody is there for.
    private static func names(_ examination: Examination) async throws -> [Observation] {
        let parked = try await examination.query(examination.engine.parkedNames()).map { row in
            let (name, count, seconds, detail) = try row.decode(
                as: String.self,
                Int.self,
                Double.self,
                String.self
            )
            return Observation.warning(
                "\(count.of("operation")) \"\(name)\" \(count == 1 ? "is" : "are") parked, for up to "
                    + "\(Duration.seconds(seconds).inWords): \(detail)",
                advice: "They start as soon as a worker registers it; else cancel them."
            )
        }
        let jobs = try await examination.query(examination.engine.waitingJobs()).map(Waiting.init)
        // A queue that is paused is somebody's will.
        let unknown = jobs.compactMap { kind -> Observation? in
            guard let obstacle = kind.obstacle, obstacle.word != "queue_paused" else { return nil }
            return .warning(
                "\(kind.count.of("job")) for \"\(kind.handler)\" \(kind.count == 1 ? "waits" : "wait") in queue \"\(kind.queue)\", "
                    + "for up to \(kind.age.inWords): \(obstacle.detail)",
                advice: "Start a worker that knows it and serves that queue."
            )
        }
        return parked + unknown
            + (parked.isEmpty && unknown.isEmpty ? [.fine("living workers know whatever waits")] : [])
    }

    /// A job keeps its time when it is handed back or rescued, so that one that looks old may be new in the queue: only
    /// one that is still there after a second counts.
    private static func unclaimed(_ examination: Examination) async throws -> [Observation] {
        let first = try await late(examination)
        guard let oldest = first.first else { return [.fine("no job waits for a worker that is there")] }
        guard examination.limits.unclaimedJob.level(of: oldest.age) > .fine else {
            return [.fine("the oldest due job waits for \(oldest.age.inWords)")]
        }
        try await Task.sleep(for: .seconds(1))
        let second = try await late(examination)
        let stuck = first.filter { kind in
            second.contains {
                $0.queue == kind.queue && $0.handler == kind.handler && $0.oldest <= kind.oldest
            }
        }
        guard !stuck.isEmpty else { return [.fine("old jobs were there, and were claimed a moment later")] }
        return stuck.map { kind in
            Observation(
                examination.limits.unclaimedJob.level(of: kind.age),
                "\(kind.count.of("job")) for \"\(kind.handler)\" \(kind.count == 1 ? "waits" : "wait") in queue \"\(kind.queue)\", "
                    + "for up to \(kind.age.inWords), though a worker knows it",
                advice:
                    "Its slots are full, or it hangs: see `backops list --state active`, then start more workers for that queue."
            )
        }
    }

    private static func late(_ examination: Examination) async throws -> [Waiting] {
        try await examination.query(examination.engine.waitingJobs()).map(Waiting.init).filter {
            $0.obstacle == nil
        }
    }
}
