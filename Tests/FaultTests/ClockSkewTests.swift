import BackOps
import Foundation
import LibPQ
import TestSupport
import Testing

/// Worker processes whose wall clock is wrong.
@Suite(.timeLimit(.minutes(30))) struct `A worker whose clock is wrong` {
    @Test(
        .enabled(if: SkewedClock.library != nil, "there is no clang to build the clock with"),
        arguments: [86_400, -3600]
    )
    func `does as every other does: leases and due times are the database's`(seconds: Int) async throws {
        try await withSite { site in
            let conninfo = site.conninfo
            var settings = WorkerProcess.Settings()
            settings.leaseSeconds = 2
            settings.pauseMilliseconds = 5
            settings.environment = SkewedClock.environment(seconds: seconds)
            let skewed = try WorkerProcess(conninfo, settings)
            try await skewed.logs("worker started")
            try expectSkew(skewed, by: Double(seconds))
            let held = try await site.enqueueOne("Late", ["ending": "completion"])
            try await skewed.logs("began")
            settings.environment = [:]
            let punctual = try WorkerProcess(conninfo, settings)
            try await punctual.logs("worker started")
            let ids = try await site.enqueue("Ledger", count: 100)
            // Due in an hour, and in a second.
            let later = try await site.value(
                "select backops.enqueue('Ledger', perform_in => interval '1 hour')",
                as: Int64.self
            )
            let soon = try await site.value(
                "select backops.enqueue('Ledger', perform_in => interval '1 second')",
                as: Int64.self
            )
            try await eventually("what is due is completed") { try await site.count("completed") == 101 }
            // For longer than a lease the skewed worker has held an action, and nobody took it away.
            try await eventually("a lease has gone by") {
                try await site.value(
                    """
                    select claimed_at + interval '4 seconds' < clock_timestamp()
                      from backops.jobs where operation_id = \(held)
                    """,
                    as: Bool.self
                )
            }
            skewed.open("attempt-1")
            try await eventually("it is completed") { try await site.state(held) == "completed" }
            try await site.expectEveryEffectOnce(of: ids + [soon])
            #expect(try await site.query("select from effects where operation_id = \(later)").isEmpty)
            #expect(try await site.value("select count(*) from backops.attempts", as: Int.self) == 0)
            let early = try await site.query(
                """
                select from backops.actions a join backops.operations o on o.id = a.operation_id
                 where o.id = \(soon) and a.started_at < o.perform_at
                """
            )
            #expect(early.isEmpty)
            // Both had a share, or the test would prove nothing.
            let pids = try await site.value("select count(distinct pid) from effects", as: Int.self)
            #expect(pids == 2)
            #expect(skewed.stop() == 0)
            #expect(punctual.stop() == 0)
        }
    }

    /// The process believes in another time, by its own log.
    private func expectSkew(_ worker: WorkerProcess, by skew: Double) throws {
        let line = try #require(worker.lines("worker started").first)
        let seconds = Double(line.microseconds) / 1e6 - Date().timeIntervalSince1970
        #expect(abs(seconds - skew) < 600)
    }
}
