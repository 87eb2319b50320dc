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
        let isKnown: Bool

        init(_ row: PQRow) throws {
            queue = try row.decode(0)
            handler = try row.decode(1)
            count = try row.decode(2)
            oldest = try row.decode(3)
            age = Duration(serverSeconds: try row.decode(4))
            isKnown = try row.decode(5)
        }
    }

    /// Operations and actions that no living worker has ever heard of.
    private static func names(_ examination: Examination) async throws -> [Observation] {
        let known = try await examination.query(examination.engine.knownNames()).map {
            try $0.decode(0, as: String.self)
        }
        let parked = try await examination.query(examination.engine.parkedNames()).map { row in
            let (name, count, seconds) = try row.decode(as: String.self, Int.self, Double.self)
            return Observation.warning(
                "\(count.of("operation")) \"\(name)\" \(count == 1 ? "is" : "are") parked, for up to "
                    + "\(Duration.seconds(seconds).inWords): no worker has registered the name",
                advice: hint(name, known) ?? "They start as soon as a worker registers it; else cancel them."
            )
        }
        let jobs = try await examination.query(examination.engine.waitingJobs()).map(Waiting.init)
        let unknown = jobs.filter { !$0.isKnown }.map { kind in
            Observation.warning(
                "\(kind.count.of("job")) for \"\(kind.handler)\" \(kind.count == 1 ? "waits" : "wait") in queue \"\(kind.queue)\", "
                    + "for up to \(kind.age.inWords): no living worker of that queue knows it",
                advice: hint(kind.handler, known.filter { $0 != kind.handler })
                    ?? "Start a worker that knows it and serves that queue."
            )
        }
        return parked + unknown
            + (parked.isEmpty && unknown.isEmpty ? [.fine("living workers know whatever waits")] : [])
    }

    private static func hint(_ name: String, _ known: [String]) -> String? {
        Spelling.nearest(to: name, in: known).map {
            "Did somebody mean \"\($0)\"? They start as soon as a worker registers \"\(name)\"."
        }
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
        try await examination.query(examination.engine.waitingJobs()).map(Waiting.init).filter(\.isKnown)
    }
}
