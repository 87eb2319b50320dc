import LibPQ

extension BackOpsClient {
    /// Reads the workers that are registered, dead ones that nobody has cleared away yet among them.
    ///
    /// - Returns: The workers, by host and process id.
    /// - Throws: ``BackOpsError``.
    public func workers() async throws -> [WorkerRecord] {
        try await call(engine.workerRecords()).read(WorkerRecord.init)
    }

    /// Reads what workers hold right now, the longest held first.
    ///
    /// - Parameters:
    ///   - worker: The number of one worker; nil asks for all.
    ///   - limit: The most jobs to read.
    /// - Returns: Zero to `limit` jobs.
    /// - Throws: ``BackOpsError``.
    public func heldJobs(by worker: Int64? = nil, limit: Int = 1000) async throws -> [HeldJob] {
        try await call(engine.heldJobs(by: worker, limit: limit)).read(HeldJob.init)
    }
}
