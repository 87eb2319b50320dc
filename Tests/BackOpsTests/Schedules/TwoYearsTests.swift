import BackOpsTesting
import LibPQ
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension SQLEngine {
    @Suite struct `Two years of schedules` {
        private static func variable(_ name: String) -> Int? {
            ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
        }

        /// `BACKOPS_SCHEDULES=1000` is the long run, `BACKOPS_SCHEDULES_SEED` repeats one.
        @Test func `have every slot run once, or recorded as skipped with a reason that holds`() async throws
        {
            let seed = Self.variable("BACKOPS_SCHEDULES_SEED") ?? Int.random(in: 1...999_999_999)
            var sweeps = try await SweptYears(
                seed: seed,
                schedules: Self.variable("BACKOPS_SCHEDULES") ?? 60
            )
            try await sweeps.pass()
            try await sweeps.settle()
            let verdict = SweptSlots(engine: sweeps.engine)
            try await verdict.expect(until: sweeps.now)
            Attachment.record(
                "seed \(seed): \(sweeps.rounds) rounds, \(sweeps.deaths) deaths, \(sweeps.freezes) frozen\n"
                    + (try await verdict.figures().joined(separator: "\n")),
                named: "two-years.txt"
            )
            for (rule, statement) in SweptSlots.rules {
                let broken: [String] = try await sweeps.engine.values(statement)
                #expect(broken == [], "\(rule), seed \(seed)")
            }
            #expect(sweeps.deaths > 20 && sweeps.freezes > 20)
        }
    }
}
