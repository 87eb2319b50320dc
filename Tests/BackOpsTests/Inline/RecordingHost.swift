import BackOps
import BackOpsTesting
import Foundation
import LibPQ
import Synchronization

/// Keeps what a context asks of its host, and refuses what it is told to.
final class RecordingHost: ActionHost {
    struct Record: Sendable {
        var checkpoints: [GlobalsPatch] = []
        var committed: [ActionResult] = []
        var progress: [Double] = []
        var consumed: [String] = []
    }

    private let state = Mutex(Record())
    private let refusal: (any Error)?
    private let repetitions: Int

    init(refusal: (any Error)? = nil, repetitions: Int = 0) {
        self.refusal = refusal
        self.repetitions = repetitions
    }

    var record: Record { state.withLock { $0 } }

    func checkpoint(_ patch: GlobalsPatch) async throws {
        if let refusal { throw refusal }
        state.withLock { $0.checkpoints.append(patch) }
    }

    func report(progress: Double, note: String?) {
        state.withLock { $0.progress.append(progress) }
    }

    /// Grants one call of each rate.
    func consume(_ rate: String, _ count: Int, key: String?) async throws -> Date? {
        if let refusal { throw refusal }
        let call = "\(count) of \(rate)" + (key.map { "/\($0)" } ?? "")
        return state.withLock { state in
            guard !state.consumed.contains(call) else { return Date(timeIntervalSince1970: 1_800_000_000) }
            state.consumed.append(call)
            return nil
        }
    }

    /// Runs in a transaction of the test's own database.
    func transaction(_ body: (PQTransaction) async throws -> ActionResult) async throws {
        for _ in 0..<repetitions {
            try? await TestDatabase.current.pool.withTransaction { transaction in
                _ = try await body(transaction)
                throw Broken()
            }
        }
        let result = try await TestDatabase.current.pool.withTransaction { transaction in
            let result = try await body(transaction)
            if let refusal { throw refusal }
            return result
        }
        state.withLock { $0.committed.append(result) }
    }
}

/// Makes a context for the first action of main, as a worker would.
func context(
    of flow: Flow = Flow { nothing("A") },
    globals: Globals = [:],
    timeout: Duration? = nil,
    host: RecordingHost = RecordingHost()
) throws -> ActionContext {
    let plan = try Plan(operation: "Flow", branches: flow.branches)
    var invocation = ActionInvocation(
        operationID: 42,
        operationName: "Flow",
        plan: plan,
        entry: plan.entries[0],
        attempt: 1,
        enqueuedAt: Date(timeIntervalSince1970: 0),
        globals: globals
    )
    invocation.timeout = timeout
    return ActionContext(invocation, host: host)
}
