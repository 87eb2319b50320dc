extension BackOpsClient {
    /// Checks everything that must be true of the engine's tables.
    ///
    /// One statement, which locks nothing: workers may run meanwhile. It reads every table once or twice.
    ///
    /// - Returns: A row for each violation, none where all is well.
    /// - Throws: ``BackOpsError``, with ``BackOpsError/Code/schemaMissing`` where there is no such schema.
    public func invariants() async throws -> [InvariantViolation] {
        try await call(engine.invariants()).read(InvariantViolation.init)
    }
}
