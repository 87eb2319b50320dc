import BackOps
import LibPQ
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Does for `runInline` what the database does for a worker.
final class InlineHost: ActionHost {
    private struct State {
        var checkpoints = GlobalsPatch()
        var progress: [Double] = []
    }

    private let database: PQPool?
    private let state = Mutex(State())

    init(database: PQPool?) { self.database = database }

    func checkpoint(_ patch: GlobalsPatch) async throws {
        state.withLock { $0.checkpoints.merge(patch) }
    }

    func report(progress: Double, note: String?) {
        state.withLock { $0.progress.append(progress) }
    }

    /// One operation alone uses up no rate.
    func consume(_ rate: String, _ count: Int, key: String?) async throws -> Date? { nil }

    func transaction(_ body: (PQTransaction) async throws -> ActionResult) async throws {
        guard let database else {
            throw BackOpsError.invalidConfiguration(
                "database",
                "is needed by an action that calls transaction(_:). Pass `runInline` a pool, or test with a database."
            )
        }
        _ = try await database.withTransaction(attempts: ActionContext.transactionAttempts) {
            try await body($0)
        }
    }

    /// Takes what was stored and reported during an attempt.
    func take() -> (checkpoints: GlobalsPatch, progress: [Double]) {
        state.withLock { state in
            defer { state = State() }
            return (state.checkpoints, state.progress)
        }
    }
}
