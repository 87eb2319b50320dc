import BackOps

extension OperationRecord {
    /// The operation as the commands' `--json` shows it, under the names of the view `operation_status`.
    func json() throws -> JSONValue {
        [
            "id": .integer(id), "name": .string(name), "state": .string(state.rawValue),
            "status": .string(status.rawValue),
            "progress": .string(progress.description), "action": JSONValue(action),
            "attempt": JSONValue(attempt),
            "max_attempts": JSONValue(maxAttempts), "run_at": JSONValue(runAt), "queue": .string(queue),
            "priority": JSONValue(priority), "key": JSONValue(key), "tags": .array(tags.map { .string($0) }),
            "reported_progress": reportedProgress.flatMap { JSONValue.Number($0.fraction) }.map(
                JSONValue.number
            )
                ?? .null,
            "progress_note": JSONValue(reportedProgress?.note), "worker": JSONValue(worker),
            "error_type": JSONValue(error?.type), "error_message": JSONValue(error?.message),
            "note": JSONValue(note),
            "globals": globals.shown, "created_at": JSONValue(createdAt),
            "ended_at": JSONValue(endedAt), "schedule": JSONValue(schedule), "slot": JSONValue(slot),
        ]
    }
}
