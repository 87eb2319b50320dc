import BackOps

extension OperationRecord {
    /// The operation as the commands' `--json` shows it, under the names of the view `operation_status`.
    func json() throws -> JSON {
        [
            "id": .integer(id), "name": .string(name), "state": .string(state.rawValue),
            "status": .string(status.rawValue),
            "progress": .string(progress.description), "action": JSON(action), "attempt": JSON(attempt),
            "max_attempts": JSON(maxAttempts), "run_at": JSON(runAt), "queue": .string(queue),
            "priority": JSON(priority), "key": JSON(key), "tags": .array(tags.map { .string($0) }),
            "reported_progress": reportedProgress.flatMap { JSON.Number($0.fraction) }.map(JSON.number)
                ?? .null,
            "progress_note": JSON(reportedProgress?.note), "worker": JSON(worker),
            "error_type": JSON(error?.type), "error_message": JSON(error?.message), "note": JSON(note),
            "globals": globals.shown, "created_at": JSON(createdAt),
            "ended_at": JSON(endedAt),
        ]
    }
}
