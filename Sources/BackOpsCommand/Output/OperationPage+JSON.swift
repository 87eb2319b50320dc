import BackOps
import Logging

extension OperationPage {
    /// The operation with its actions and attempts as members.
    func json() throws -> JSON {
        var document = try record.json()
        document["actions"] = .array(actions.map(Self.json))
        document["attempts"] = .array(attempts.map(Self.json))
        document["explanation"] = .array(explanation.map(\.json))
        document["audit"] = .array(audit.map(\.json))
        if let logs { document["logs"] = .array(logs.map(\.json)) }
        return document
    }

    private static func json(_ action: ActionRecord) -> JSON {
        [
            "position": JSON(action.position), "branch": .string(action.branch.description),
            "name": .string(action.name), "status": .string(action.status.rawValue), "run": JSON(action.run),
            "attempts": JSON(action.attempts), "max_attempts": JSON(action.maxAttempts),
            "started_at": JSON(action.startedAt), "completed_at": JSON(action.completedAt),
            "perform_at": JSON(action.performAt), "error_type": JSON(action.errorType),
            "error_message": JSON(action.errorMessage), "stack_trace": JSON(action.stackTrace),
        ]
    }

    private static func json(_ attempt: AttemptRecord) -> JSON {
        [
            "action": .string(attempt.action), "run": JSON(attempt.run), "attempt": JSON(attempt.attempt),
            "outcome": .string(attempt.outcome.rawValue), "worker": JSON(attempt.worker),
            "started_at": JSON(attempt.startedAt), "ended_at": JSON(attempt.endedAt),
            "error_type": JSON(attempt.errorType), "error_message": JSON(attempt.errorMessage),
            "stack_trace": JSON(attempt.stackTrace),
        ]
    }
}

extension LoggedLine {
    /// The line as `--json` shows it.
    var json: JSON {
        [
            "action": .string(action), "run": JSON(run), "attempt": JSON(attempt),
            "logged_at": JSON(loggedAt),
            "level": .string(level.rawValue), "message": .string(message),
            "metadata": .object(metadata.mapValues { .string($0) }),
        ]
    }
}
