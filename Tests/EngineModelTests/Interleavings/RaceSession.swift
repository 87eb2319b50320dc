import LibPQ
import Synchronization

/// One of two sessions: its statements run one after the other, and one that waits for a lock is left waiting.
final class RaceSession: Sendable {
    /// What a call ended in: its answer, or the SQLSTATE of a refusal.
    enum Outcome: Sendable, Equatable {
        case answered(String)
        case refused(String)
    }

    struct DidNotSettle: Error {
        let statement: String
    }

    let connection: PQConnection
    private let observer: PQConnection
    /// Whom this session may be left waiting for.
    ///
    /// A vacuum, too, may hold it up for a moment, which is no part of the race.
    private let rivals: [PQConnection]
    private let running = Mutex<(task: Task<Outcome, any Error>?, isFinished: Bool)>((nil, true))

    init(_ connection: PQConnection, rivals: [PQConnection], observer: PQConnection) {
        self.connection = connection
        self.rivals = rivals
        self.observer = observer
    }

    /// Whether a statement is still waiting.
    var isWaiting: Bool { running.withLock { !$0.isFinished } }

    /// Starts a statement, and returns when it has ended or waits for a lock.
    func start(_ sql: String) async throws {
        running.withLock { state in
            state.isFinished = false
            state.task = Task {
                defer { running.withLock { $0.isFinished = true } }
                do {
                    let result = try await connection.query(SQLStatement(unescaped: sql))
                    guard let row = result.first else { return .answered("") }
                    return .answered(try row.decode(0, as: String?.self) ?? "")
                } catch let error as PQError {
                    guard let state = error.sqlState else { throw error }
                    return .refused(state.rawValue)
                }
            }
        }
        try await settle(sql)
    }

    /// Returns when the running statement has ended or waits for a lock of a rival.
    func settle(_ sql: String = "") async throws {
        let deadline = ContinuousClock.now + .seconds(600)
        let waits: SQLStatement =
            "select pg_blocking_pids(\(connection.backendPID)) && \(rivals.map(\.backendPID))"
        while isWaiting {
            if try await observer.query(waits)[0].decode(0, as: Bool.self), isWaiting { return }
            guard ContinuousClock.now < deadline else { throw DidNotSettle(statement: sql) }
            // Asking without a pause would keep busy the core that the statement needs.
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// The outcome of the last statement, once it has ended.
    func outcome() async throws -> Outcome {
        let task = running.withLock(\.task)
        return try await task?.value ?? .answered("")
    }
}
