import LibPQ
import Logging

/// Declares the schedules of the worker's code, and sees to it that those of the newest version count, as long as the worker works.
///
/// It looks again now and then, because the workers of a newer version may be gone: then the schedules are those of this one again.
struct ScheduleDeclarer: Sendable {
    let engine: EngineCalls
    let pool: PQPool
    let worker: Int64
    let schedules: DeclaredSchedules
    let interval: Duration
    let relay: StopRelay
    let logger: Logger

    /// What it has achieved.
    struct Progress: Sendable {
        var isDeclared = false
        /// Schedules that are not the code's, and of which the log says so.
        var refused: Set<String> = []
        fileprivate var trouble = Trouble(
            "worker cannot declare its schedules",
            over: "worker declares its schedules again"
        )
    }

    /// Both calls wait for locks that are held for moments; what takes longer, is in somebody's way.
    private static let timeout: Duration = .seconds(10)

    /// Declares once, before the worker begins: also one that leaves as soon as nothing is runnable has said what its code names.
    func begin() async -> Progress {
        var progress = Progress()
        await declare(&progress)
        return progress
    }

    /// Looks until the task is cancelled or the worker is to stop.
    func run(from beginning: Progress) async {
        var progress = beginning
        while !Task.isCancelled {
            let pause = progress.isDeclared ? interval : min(interval, .seconds(1))
            do {
                try await Task.sleep(for: pause * Double.random(in: 0.75...1.25))
            } catch {
                return
            }
            if relay.isStopping { return }
            await declare(&progress)
        }
    }

    private func declare(_ progress: inout Progress) async {
        do {
            if !progress.isDeclared {
                try await pool.query(
                    engine.declareSchedules(worker: worker, schedules),
                    timeout: Self.timeout
                )
                progress.isDeclared = true
            }
            try await settle(&progress.refused)
            progress.trouble.isOver(logger)
        } catch {
            guard !Task.isCancelled else { return }
            progress.trouble.met(error, logger)
        }
    }

    /// Makes the schedules what the newest set says, and logs what changed, and once what cannot be changed.
    private func settle(_ refused: inout Set<String>) async throws {
        let rows = try await pool.query(
            engine.settleSchedules(of: schedules.application),
            timeout: Self.timeout
        )
        var stillRefused: Set<String> = []
        for row in rows {
            let (name, outcome, detail) = try row.decode(as: String.self, String.self, String?.self)
            let metadata: Logger.Metadata = ["schedule": "\(name)", "reason": "\(detail ?? "")"]
            switch outcome {
            case "refused":
                stillRefused.insert(name)
                guard !refused.contains(name) else { continue }
                logger.warning(
                    "a declared schedule was not applied, because it belongs to somebody else",
                    metadata: metadata
                )
            case "paused":
                logger.notice("paused a schedule that the code no longer names", metadata: metadata)
            default:
                logger.info("schedule declared", metadata: ["schedule": "\(name)", "outcome": "\(outcome)"])
            }
        }
        refused = stillRefused
    }
}
