import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Logging
import TestSupport
import Testing

/// A database each, because whoever owns one may vacuum its tables, and statistics are forgotten by database.
@Suite(.backops(isolation: .database), .timeLimit(.minutes(5)))
struct `A worker that vacuums jobs` {
    private let journal = Journal()
    private let database = TestDatabase.current

    private func worker(
        _ place: BackOpsDatabase = TestDatabase.current.database,
        vacuums: Bool = true
    ) throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.vacuums = vacuums
        configuration.vacuumPace = VacuumPace(interval: .milliseconds(20), least: 100, restShare: 1)
        let logger = Logger(label: "test") { _ in RecordingLogHandler(journal: journal) }
        return try BackOpsWorker(place, configuration: configuration, logger: logger) { Errand() }
    }

    private func register() async throws {
        try await database.query(#"select register_definition('Errand', '{"main": ["Go"]}')"#)
        // The first vacuum is this one: what autovacuum might do does not count.
        try await database.script("alter table jobs set (autovacuum_enabled = off)")
    }

    /// Runs operations, hundred by hundred, until a condition holds.
    private func churn(until isEnough: () async throws -> Bool) async throws {
        while try await !isEnough() { try await runHundred() }
    }

    private func runHundred() async throws {
        try await database.query("insert into operations (name) select 'Errand' from generate_series(1, 100)")
        try await eventually("they have run") {
            try await !database.value("select exists (select from jobs)", as: Bool.self)
        }
    }

    private func vacuums() async throws -> Int {
        try await database.value("select pg_stat_get_vacuum_count('jobs'::regclass)")
    }

    private func pages() async throws -> Int {
        try await database.value("select (pg_indexes_size('jobs') + pg_relation_size('jobs')) / 8192")
    }

    @Test func `keeps the table as small as what waits at once, however many operations go through`()
        async throws
    {
        try await register()
        var sizes: [Int] = []
        try await working(worker()) {
            for _ in 1...16 {
                let before = try await vacuums()
                for _ in 1...3 { try await runHundred() }
                try await eventually("it is vacuumed") {
                    let dead: Int = try await database.value(
                        "select pg_stat_get_dead_tuples('jobs'::regclass)"
                    )
                    // From 100 on and a tenth of what lives, which may still count the 300 of this round, it is vacuumed again.
                    return try await vacuums() > before && dead < 150
                }
                sizes.append(try await pages())
            }
        }
        // It grows at first, because a page of an index that was emptied serves again only two vacuums later, and by a page a round
        // while a session of another database has an old snapshot, which keeps emptied pages of indexes from serving again: 52 pages
        // were seen. Without any vacuum, 4,800 jobs of at least two versions take 80 pages and more for the rows alone.
        #expect(try #require(sizes.last) < 80, "\(sizes)")
        #expect(journal.entries.contains("vacuumed jobs"))
    }

    @Test func `leaves it alone while somebody else is at it, and waits for nobody`() async throws {
        try await register()
        let other = try await PQConnection.connect(database.options)
        // What a vacuum holds.
        try await other.script("begin; lock table jobs in share update exclusive mode")
        try await working(worker()) {
            try await churn { journal.entries.contains("jobs are vacuumed by somebody else") }
            #expect(try await vacuums() == 0)
            try await other.script("commit")
            try await eventually("it is vacuumed") { try await vacuums() > 0 }
        }
        await other.close()
    }

    @Test func `says once that a snapshot keeps dead rows, and goes on`() async throws {
        try await register()
        let holder = try await PQConnection.connect(database.options)
        try await holder.script("begin isolation level repeatable read; select from operations")
        let complaint = "vacuuming jobs removes little"
        try await working(worker()) {
            try await churn { journal.entries.contains { $0.hasPrefix(complaint) } }
            let before = try await vacuums()
            try await churn { try await vacuums() > before }
            try await holder.script("commit")
            try await eventually("dead rows are removed") {
                try await database.value(
                    "select pg_stat_get_dead_tuples('jobs'::regclass) = 0",
                    as: Bool.self
                )
            }
        }
        await holder.close()
        #expect(journal.entries.count { $0.hasPrefix(complaint) } == 1)
    }

    @Test func `says once that its role may not, and works on`() async throws {
        try await register()
        let role = "worker_\(UInt32.random(in: 0...(.max)))"
        try await database.script(
            """
            create role \(role);
            grant usage on schema \(database.schema) to \(role);
            grant select, insert, update, delete on all tables in schema \(database.schema) to \(role);
            grant execute on all functions in schema \(database.schema) to \(role);
            grant all on all sequences in schema \(database.schema) to \(role)
            """
        )
        var place = database.database
        place.options.settings["role"] = role
        try await working(worker(place)) {
            try await churn { journal.entries.contains { $0.hasPrefix("worker may not vacuum jobs") } }
            var rounds = 0
            try await churn {
                rounds += 1
                return rounds > 2
            }
        }
        #expect(journal.entries.count { $0.hasPrefix("worker may not vacuum jobs") } == 1)
        #expect(try await vacuums() == 0)
        try await database.script("drop owned by \(role); drop role \(role)")
    }

    @Test func `may be told not to`() async throws {
        try await register()
        try await working(worker(vacuums: false)) {
            try await churn {
                try await database.value(
                    "select pg_stat_get_dead_tuples('jobs'::regclass) > 1000",
                    as: Bool.self
                )
            }
        }
        #expect(try await vacuums() == 0)
        #expect(WorkerConfiguration().vacuums)
    }
}

@Suite struct `The pace of vacuuming` {
    private func condition(dead: Int, live: Int = 0) -> JobsCondition {
        JobsCondition(dead: dead, live: live, vacuums: 1, mayVacuum: true)
    }

    @Test func `begins when a tenth of the rows is dead, and some thousands at least`() {
        let pace = VacuumPace()
        #expect(!pace.pays(condition(dead: 4999)))
        #expect(pace.pays(condition(dead: 5000)))
        #expect(!pace.pays(condition(dead: 100_000, live: 1_000_000)))
        #expect(pace.pays(condition(dead: 105_000, live: 1_000_000)))
    }

    @Test func `looks less often while next to nothing is dead`() {
        let pace = VacuumPace(interval: .seconds(2))
        for _ in 1...20 {
            #expect((.seconds(1.5)...(.seconds(2.5))).contains(pace.rest(after: condition(dead: 600))))
            #expect((.seconds(3.75)...(.seconds(6.25))).contains(pace.rest(after: condition(dead: 400))))
        }
    }

    @Test func `takes a tenth of the time at most`() {
        var pace = VacuumPace(interval: .seconds(5))
        let quick = pace.next(
            before: condition(dead: 9000),
            after: condition(dead: 0),
            duration: .milliseconds(5)
        )
        #expect((.seconds(3.75)...(.seconds(6.25))).contains(quick))
        let slow = pace.next(before: condition(dead: 9000), after: condition(dead: 0), duration: .seconds(3))
        #expect(slow == .seconds(30))
    }

    @Test func `grows slower while vacuums remove little, and recovers with one that does`() {
        var pace = VacuumPace(interval: .seconds(5))
        var pauses: [Duration] = []
        for _ in 1...10 {
            pauses.append(
                pace.next(before: condition(dead: 9000), after: condition(dead: 8000), duration: .zero)
            )
        }
        #expect(pace.vainVacuums == 10)
        for (pause, seconds) in zip(pauses, [10, 20, 40, 80, 160, 300, 300, 300, 300, 300]) {
            #expect((.seconds(0.75 * Double(seconds))...(.seconds(1.25 * Double(seconds)))).contains(pause))
        }
        let next = pace.next(before: condition(dead: 9000), after: condition(dead: 100), duration: .zero)
        #expect(pace.vainVacuums == 0)
        #expect(next <= .seconds(6.25))
    }
}
