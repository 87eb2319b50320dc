import LibPQ

extension BackOpsClient {
    /// Reads the current plans that workers registered.
    ///
    /// - Returns: The plans, by name.
    /// - Throws: ``BackOpsError``.
    public func definitions() async throws -> [DefinitionRecord] {
        try await call(engine.definitions(named: nil)).read(DefinitionRecord.init)
    }

    /// Reads the current plan of an operation.
    ///
    /// - Parameter name: The operation's name.
    /// - Returns: The plan; nil when no worker has registered the name.
    /// - Throws: ``BackOpsError``.
    public func definition(_ name: String) async throws -> DefinitionRecord? {
        try await call(engine.definitions(named: name)).read(DefinitionRecord.init).first
    }

    /// Reads the names under which workers registered plans.
    ///
    /// - Returns: The names, sorted.
    /// - Throws: ``BackOpsError``.
    public func definitionNames() async throws -> [String] {
        try await call(engine.definitionNames()).read { try $0.decode(0) }
    }
}
