import BackOps
import Foundation
import LibPQ

/// Three actions, each of which completes itself together with its effect.
struct Ledger: OperationDefinition {
    static let name = "Ledger"

    var branches: [Branch] {
        Step.recorded("One")
        Step.recorded("Two")
        Step.recorded("Three")
    }
}

/// Three actions that the worker completes; each notes that it began, by a statement of its own.
struct Plain: OperationDefinition {
    static let name = "Plain"
    let effects: BackOpsClient

    var branches: [Branch] {
        Step.noted("One", effects)
        Step.noted("Two", effects)
        Step.noted("Three", effects)
    }
}

/// An action that completes itself, and two that the worker completes.
struct Mixed: OperationDefinition {
    static let name = "Mixed"
    let effects: BackOpsClient

    var branches: [Branch] {
        Step.recorded("One")
        Step.noted("Two", effects)
        Step.noted("Three", effects)
    }
}

/// The actions of ordinary operations.
enum Step {
    private static let pause = Duration.milliseconds(Setting.number("PAUSE", 0))

    /// A fault that an action meets must not use up its attempts.
    private static let retry = RetryPolicy.constant(maxAttempts: 1000, delay: .zero)

    static func recorded(_ name: String) -> PlannedAction {
        Do(name) { context in
            if pause > .zero { try await Task.sleep(for: pause) }
            try await context.transaction { transaction in
                try await transaction.execute(Effect(context, name).statement(into: "effects"))
            }
        }
        .retry(retry)
    }

    static func noted(_ name: String, _ effects: BackOpsClient) -> PlannedAction {
        Do(name) { context in
            try await effects.pool.execute(Effect(context, name).statement(into: "starts"))
            if pause > .zero { try await Task.sleep(for: pause) }
            context[GlobalKey<Int>(name)] = context.attempt
        }
        .retry(retry)
    }
}

/// A row that says which action did something.
struct Effect: Sendable {
    let operationID: Int64
    let action: String
    let attempt: Int32

    init(_ context: ActionContext, _ action: String) {
        operationID = context.operationID
        self.action = action
        attempt = Int32(context.attempt)
    }

    func statement(into table: String) -> SQLStatement {
        """
        insert into public.\(identifier: table) (operation_id, action, attempt, pid)
        values (\(operationID), \(action), \(attempt), \(ProcessInfo.processInfo.processIdentifier))
        """
    }
}
