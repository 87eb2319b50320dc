import BackOps
import Logging

extension OperationPage {
    /// The operation with its actions and attempts as members.
    func json() throws -> JSONValue {
        var document = try record.json()
        document["actions"] = .array(actions.map(Self.json))
        document["attempts"] = .array(attempts.map(Self.json))
        document["explanation"] = .array(explanation.map(\.json))
        document["audit"] = .array(audit.map(\.json))
        if let logs { document["logs"] = .array(logs.map(\.json)) }
        return document
    }

    private static func json(_ action: ActionRecord) -> JSONValue {
        [
            "position": JSONValue(action.position), "branch": .string(action.branch.description),
            "name": .string(action.name), "status": .string(action.status.rawValue),
            "run": JSONValue(action.run),
            "attempts": JSONValue(action.attempts), "max_attempts": JSONValue(action.maxAttempts),
            "started_at": JSONValue(action.startedAt), "completed_at": JSONValue(action.completedAt),
            "perform_at": JSONValue(action.performAt), "error_type": JSONValue(action.errorType),
            "error_message": JSONValue(action.errorMessage), "stack_trace": JSONValue(action.stackTrace),
        ]
    }

    private static func json(_ attempt: AttemptRecord) -> JSONValue {
        [
            "action": .string(attempt.action), "run": JSONValue(attempt.run),
            "attempt": JSONValue(attempt.attempt),
            "outcome": .string(attempt.outcome.rawValue), "worker": JSONValue(attempt.worker),
            "started_at": JSONValue(attempt.startedAt), "ended_at": JSONValue(attempt.endedAt),
            "error_type": JSONValue(attempt.errorType), "error_message": JSONValue(attempt.errorMessage),
            "stack_trace": JSONValue(attempt.stackTrace),
        ]
    }
}

extension LoggedLine {
    /// The line as `--json` shows it.
    var json: JSONValue {
        [
            "action": .string(action), "run": JSONValue(run), "attempt": JSONValue(attempt),
            "logged_at": JSONValue(loggedAt),
            "level": .string(level.rawValue), "message": .string(message),
            "metadata": .object(metadata.mapValues { .string($0) }),
        ]
    }
}
