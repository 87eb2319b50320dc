import LibPQ

extension DiagnosisCheck {
    /// Who works here.
    static let workers = [
        DiagnosisCheck("workers", needsSchema: true, living),
        DiagnosisCheck("versions", needsSchema: true, versions),
    ]

    private struct Worker {
        let words: String
        let version: String
        let isAlive: Bool
        let deadFor: Duration
        let jobs: Int
        let knowsOldSchema: Bool

        init(_ row: PQRow) throws {
            words = try row.decode(0)
            version = try row.decode(1)
            isAlive = try row.decode(2)
            deadFor = Duration(serverSeconds: try row.decode(3))
            jobs = try row.decode(4)
            knowsOldSchema = try row.decode(5)
        }
    }

    private static func living(_ examination: Examination) async throws -> [Observation] {
        let workers = try await examination.query(examination.engine.workers()).map(Worker.init)
        let living = workers.filter(\.isAlive)
        let dead = workers.filter { !$0.isAlive }.map { worker in
            let found =
                "the lease of \(worker.words) ended \(worker.deadFor.inWords) ago; it holds \(worker.jobs.of("job"))"
            return Observation(
                living.isEmpty && worker.jobs > 0 ? .failure : .warning,
                found,
                advice: living.isEmpty
                    ? "Start a worker: it takes the jobs back within seconds."
                    : "It died or was cut off. The living ones take its jobs back within seconds; its log may say why."
            )
        }
        guard !living.isEmpty else {
            let count = try await examination.row(examination.engine.dueJobs()).decode(0, as: Int.self)
            return dead + [
                Observation(
                    count > 0 ? .failure : .warning,
                    "no worker is alive, and "
                        + (count == 0
                            ? "nothing is due" : "\(count.of("job")) \(count == 1 ? "is" : "are") due"),
                    advice: "Start one: the program with your definitions, or its command `work`."
                )
            ]
        }
        let jobs = living.map(\.jobs).reduce(0, +)
        return dead + [.fine("\(living.count.of("worker")) alive, with \(jobs.of("job")) in hand")]
    }

    private static func versions(_ examination: Examination) async throws -> [Observation] {
        let workers = try await examination.query(examination.engine.workers()).map(Worker.init).filter(
            \.isAlive
        )
        let counts = Dictionary(grouping: workers, by: \.version).mapValues(\.count).sorted {
            $0.key < $1.key
        }
        let words = counts.map { version, count in
            "\(version.isEmpty ? "no version" : version) (\(count.of("worker")))"
        }
        let old = workers.filter(\.knowsOldSchema).map { worker in
            Observation(
                .warning,
                "\(worker.words) knows only an older version of the schema",
                advice: "It goes on; restart it with the version of the program that migrated."
            )
        }
        guard counts.count > 1 else {
            guard old.isEmpty else { return old }
            return [
                .fine(
                    words.first.map { "all living workers run \($0)" } ?? "there are no versions to compare"
                )
            ]
        }
        return old + [
            .warning(
                "living workers run different versions: \(words.joined(separator: ", "))",
                advice: "Right while a deploy is under way; otherwise restart those that were left behind."
            )
        ]
    }
}
