import BackOps
import LibPQ
import Synchronization

/// A job as a worker held it when it was killed or frozen.
struct HeldJob: Sendable {
    let worker: Int64
    let operation: Int64
    let claim: Int64
}

/// What a worker had sent before it was killed or frozen, and what arrives only when somebody else has the job: every kind
/// of outcome, under the old claim.
///
/// The job's claim never comes back, so each of these writes must be refused, whenever it comes.
final class DelayedWrites: Sendable {
    private let control: BackOpsClient
    private let memory: Memory
    private let seed: UInt64
    private let waiting = Mutex<[HeldJob]>([])

    init(control: BackOpsClient, memory: Memory, seed: UInt64) {
        self.control = control
        self.memory = memory
        self.seed = seed
    }

    /// Has late writes sent for these jobs, once others have them.
    func add(_ jobs: [HeldJob]) { waiting.withLock { $0 += jobs } }

    func run(until deadline: ContinuousClock.Instant) async throws {
        var dice = Dice(seed: seed, -2)
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(50))
            do {
                for (job, holder) in try await taken() {
                    try await send(job, holder, &dice)
                    waiting.withLock { $0.removeAll { $0.claim == job.claim } }
                }
            } catch  where Outage.explains(error) {
                // The next time.
            }
        }
    }

    /// The jobs that somebody else has now, and who that is.
    private func taken() async throws -> [(HeldJob, holder: Int64)] {
        let jobs = waiting.withLock { $0 }
        guard !jobs.isEmpty else { return [] }
        return try await control.pool.query(
            """
            select h.worker, h.operation, h.claim, j.worker_id
              from unnest(\(jobs.map(\.worker)), \(jobs.map(\.operation)), \(jobs.map(\.claim))) as h (worker, operation, claim)
              join backops.jobs j on j.operation_id = h.operation
             where j.worker_id is not null and j.claim_id <> h.claim
            """
        ).map { row in
            let (worker, operation, claim, holder) = try row.decode(
                as: Int64.self,
                Int64.self,
                Int64.self,
                Int64.self
            )
            return (HeldJob(worker: worker, operation: operation, claim: claim), holder)
        }
    }

    private func send(_ job: HeldJob, _ holder: Int64, _ dice: inout Dice) async throws {
        // A worker may get back what it had lost: then its id is right, and only the claim is old.
        let worker = dice.chance(0.5) ? job.worker : holder
        let (name, statement) = Self.write(Int.random(in: 0..<5, using: &dice), worker, job)
        let answer = try await control.pool.query(statement).first?.decode(0, as: String.self) ?? "nothing"
        memory.note { state in
            if ["stale", "done", "false"].contains(answer) {
                state.delayedWritesRefused += 1
            } else {
                let detail = "\(name) under the old claim \(job.claim) was answered \(answer)"
                state.violations.append(
                    Violation("a late write is refused", detail, operation: job.operation)
                )
            }
        }
    }

    private static func write(_ kind: Int, _ worker: Int64, _ job: HeldJob) -> (name: String, SQLStatement) {
        let (operation, claim) = (job.operation, job.claim)
        return switch kind {
        case 0:
            (
                "complete",
                "select outcome from backops.complete(\(worker), \(operation), \(claim), \(PQJSON(mark)))"
            )
        case 1:
            (
                "fail",
                "select outcome from backops.fail(\(worker), \(operation), \(claim), 'Late', 'too late')"
            )
        case 2:
            (
                "snooze",
                "select outcome from backops.snooze(\(worker), \(operation), \(claim), interval '1 s')"
            )
        case 3:
            (
                "release",
                "select outcome from backops.release_many(\(worker), array[\(operation)], array[\(claim)])"
            )
        default:
            (
                "checkpoint",
                """
                select backops.checkpoint(\(worker), \(operation), \(claim),
                                          jsonb_build_object('set', \(PQJSON(mark))::jsonb))::text
                """
            )
        }
    }

    /// What must not be found in any globals.
    private static let mark = "{\"\(Load.late)\": true}"
}
