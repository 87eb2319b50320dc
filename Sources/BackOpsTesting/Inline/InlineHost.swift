import BackOps
import Synchronization

/// Does for `runInline` what the database does for a worker.
final class InlineHost: ActionHost {
    private struct State {
        var checkpoints = GlobalsPatch()
        var progress: [Double] = []
    }

    private let executor: any SQLExecutor
    private let state = Mutex(State())

    init(executor: any SQLExecutor) { self.executor = executor }

    func checkpoint(_ patch: GlobalsPatch) async throws {
        state.withLock { $0.checkpoints.merge(patch) }
    }

    func report(progress: Double, note: String?) {
        state.withLock { $0.progress.append(progress) }
    }

    func transaction(_ body: (any SQLExecutor) async throws -> ActionResult) async throws {
        _ = try await body(executor)
    }

    /// Takes what was stored and reported during an attempt.
    func take() -> (checkpoints: GlobalsPatch, progress: [Double]) {
        state.withLock { state in
            defer { state = State() }
            return (state.checkpoints, state.progress)
        }
    }
}

/// Refuses statements, as there is no database.
struct NoExecutor: SQLExecutor {
    func execute(_ sql: String, _ parameters: [String?]) async throws -> [[String?]] {
        throw BackOpsError.invalidConfiguration(
            "executor",
            "is needed for SQL without a database. Pass `runInline` one, or test against a database."
        )
    }
}
