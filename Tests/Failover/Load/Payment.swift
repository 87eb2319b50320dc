import BackOps
import Foundation
import LibPQ

/// Leaves a row in the table `effects` whenever one of its actions runs.
struct Payment: OperationDefinition {
    let effects: BackOpsClient

    /// So long that every fault hits many actions while they run.
    private static let duration = 20...300

    var branches: [Branch] {
        // Outside of the transaction that completes the action: it may happen more than once.
        Do("Reserve") { context in
            try await effects.pool.execute(
                """
                insert into effects (operation_id, action, attempt, pid)
                values (\(context.operationID), 'Reserve', \(Int32(context.attempt)), \(Self.pid))
                """
            )
            try await Task.sleep(for: .milliseconds(Int.random(in: Self.duration)))
        }
        .retry(Self.patience)
        // Inside of it: exactly once.
        Do("Charge") { context in
            try await Task.sleep(for: .milliseconds(Int.random(in: Self.duration)))
            try await context.transaction { transaction in
                try await transaction.execute(
                    """
                    insert into effects (operation_id, action, attempt, pid)
                    values (\(context.operationID), 'Charge', \(Int32(context.attempt)), \(Self.pid))
                    """
                )
            }
        }
        .retry(Self.patience)
        Do("Receipt") { context in
            try await Task.sleep(for: .milliseconds(Int.random(in: Self.duration)))
            try await effects.pool.execute(
                """
                insert into effects (operation_id, action, attempt, pid)
                values (\(context.operationID), 'Receipt', \(Int32(context.attempt)), \(Self.pid))
                """
            )
        }
        .retry(Self.patience)
    }

    private static var pid: Int32 { ProcessInfo.processInfo.processIdentifier }

    /// An outage must not use up the attempts of an action that it hits.
    private static let patience = RetryPolicy.constant(maxAttempts: 1000, delay: .milliseconds(200))
}
