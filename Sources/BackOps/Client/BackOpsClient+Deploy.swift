extension BackOpsClient {
    /// Finds what active operations still need and a program with these definitions could not run.
    ///
    /// Ask it before the program takes the place of an older one: what it finds would wait, untouched, until a program comes
    /// that knows it. Former names count as known. An action of a branch that an operation has not entered counts too,
    /// because it may still jump there.
    ///
    /// It reads the registered plans, and all jobs only where one of these plans has an action that is missing.
    ///
    /// - Parameters:
    ///   - operations: The definitions that the program has.
    ///   - actions: The actions it has besides, for operations with branches of their own.
    ///   - queues: The queues that it serves; nil looks at all of them.
    /// - Returns: What is missing, first what most operations are at; none when the program can take over.
    /// - Throws: ``BackOpsError``, also where the definitions themselves are not valid.
    public func deployObstacles(
        to operations: [any OperationDefinition],
        actions: [any Plannable] = [],
        queues: [String]? = nil
    ) async throws -> [DeployObstacle] {
        let registry = try Registry(operations, actions: actions)
        let names = registry.definitions.flatMap { [$0.name] + $0.formerNames }
        let statement = engine.obstacles(handlers: registry.handlers, names: names, queues: queues)
        // Every worker knows the engine's own operation, whatever the definitions are.
        return try await call(statement).read(DeployObstacle.init)
            .filter { $0.operation != EngineCalls.backfillName }
    }
}
