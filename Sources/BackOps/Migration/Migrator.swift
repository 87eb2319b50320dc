import LibPQ

/// Brings the schema of a database to the version that this library needs, and back.
///
/// Everything happens in one transaction under an advisory lock that derives from the schema's name: when two
/// processes start at once, one migrates and the other tries again until it finds nothing left to do. A step that fails
/// leaves the database as it was.
public struct Migrator: Sendable {
    let database: BackOpsDatabase
    package let steps: [MigrationStep]
    package let engine: EngineText
    /// How long it tries again for locks that others hold.
    package var lockPatience = Duration.seconds(300)
    var schema: SchemaName { database.schema }

    /// Makes a migrator for a database; it connects only when it is asked to do something.
    ///
    /// - Parameter database: Where to migrate.
    public init(_ database: BackOpsDatabase) {
        self.init(database, steps: MigrationStep.all, engine: .current)
    }

    /// For tests of what comes after this release.
    package init(_ database: BackOpsDatabase, steps: [MigrationStep], engine: EngineText) {
        self.database = database
        self.steps = steps
        self.engine = engine
    }

    var newestVersion: Int { steps.last?.version ?? 0 }

    /// Compares the database with this library; changes nothing.
    ///
    /// - Returns: Every step, all of them pending where the schema does not exist; and whose functions and views it has.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/unsupportedEncoding`` when the database is not UTF8; `PQError` when it
    ///   cannot be asked.
    public func status() async throws -> MigrationStatus {
        try await withSession { session in
            try session.transaction { session in
                try self.liftLimits(&session)
                try self.refuseEncoding(&session)
                return try self.status(&session)
            }
        }
    }

    /// Takes the steps that are pending, replaces the functions and views by those of this library where they differ, and brings
    /// the rights of the roles up to date.
    ///
    /// Row level security that the platform has switched on for a table without a policy is switched off.
    ///
    /// Waits a second at most for a table's lock, so that no statement waits longer behind it; then lets go of everything and tries
    /// again, for five minutes.
    ///
    /// - Parameters:
    ///   - target: The version to stop at; nil is the newest. Before the newest there are no functions, and an INSERT into
    ///     operations is refused.
    ///   - createsRoles: Whether to create the roles SCHEMA_enqueue, SCHEMA_worker, SCHEMA_operator, SCHEMA_approver and SCHEMA_reader where
    ///     they are missing, which needs `CREATEROLE`. Those that exist get their rights in any case.
    /// - Returns: The steps that were taken, in order; none when the database was current.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/schemaTooNew`` when the database is newer than this library, with
    ///   ``BackOpsError/Code/schemaModified`` when it has taken a step with another text, or with
    ///   ``BackOpsError/Code/unsupportedEncoding`` when the database is not UTF8; `PQError` when a statement fails, whose hint says what to run where roles may not be created, or which
    ///   setting was the limit. Nothing is changed then, but for steps that cannot run in a transaction.
    @discardableResult
    public func up(to target: Int? = nil, createsRoles: Bool = false) async throws -> [MigrationStep] {
        try await bringUp(to: target, createsRoles: createsRoles).steps
    }

    /// What ``bringUp(to:createsRoles:onWait:)`` has done.
    package struct Upgrade: Sendable {
        package var steps: [MigrationStep] = []
        /// Whether functions and views were replaced.
        package var hasReplacedEngine = false
        /// Roles that were missing and are there now.
        package var roles: [String] = []
    }

    /// As ``up(to:createsRoles:)``.
    ///
    /// - Parameters:
    ///   - target: The version to stop at; nil is the newest.
    ///   - createsRoles: Whether to create the roles that are missing.
    ///   - onWait: Called with the sessions that hold a lock, each time that one does not come within a second.
    /// - Returns: What was done.
    /// - Throws: As ``up(to:createsRoles:)``.
    package func bringUp(
        to target: Int? = nil,
        createsRoles: Bool = false,
        onWait: @escaping @Sendable ([String]) -> Void = { _ in }
    ) async throws -> Upgrade {
        let target = min(target ?? .max, newestVersion)
        guard target == newestVersion || !createsRoles else {
            throw BackOpsError(
                .invalidConfiguration,
                subject: "createsRoles",
                message:
                    "Roles can be created at version \(newestVersion) only. Leave the version out, or the roles."
            )
        }
        var upgrade = Upgrade()
        // Each turn ends with a step that needs to be outside of a transaction, or with the engine.
        while true {
            let turn = try await repeatingWhileLocked(onWait) { session, rebuildsEngine in
                try self.takeSteps(
                    to: target,
                    createsRoles: createsRoles,
                    rebuildsEngine: rebuildsEngine,
                    &session
                )
            }
            upgrade.steps += turn.upgrade.steps
            upgrade.hasReplacedEngine = turn.upgrade.hasReplacedEngine
            upgrade.roles = turn.upgrade.roles
            guard let step = turn.next else { return upgrade }
            if try await takeOutsideTransaction(step) { upgrade.steps.append(step) }
        }
    }

    /// Takes steps back, newest first, and all functions and views with them.
    ///
    /// What their tables held is lost. Until ``up(to:createsRoles:)`` has put an engine back, of this release or of the one that the
    /// version belongs to, an INSERT into operations is refused and workers wait.
    ///
    /// - Parameter target: The version to go back to; 0 removes the schema, which must hold nothing else then.
    /// - Returns: The steps that were taken back, in the order in which that happened.
    /// - Throws: As ``up(to:createsRoles:)``.
    @discardableResult
    public func down(to target: Int) async throws -> [MigrationStep] {
        try await repeatingWhileLocked { session, _ in
            try self.begin(&session)
            let status = try self.status(&session)
            try self.refuseNewer(status)
            let undone = self.steps.reversed().filter {
                status.applied.contains($0.version) && $0.version > target
            }
            try self.setSearchPath(&session)
            if !undone.isEmpty { try session.script(self.engine.remove) }
            for migration in undone {
                try session.script(migration.down)
                _ = try session.query("delete from migrations where version = \(migration.version)")
            }
            if target <= 0, try self.hasTable(&session) {
                try session.script(Self.removeSchema(self.schema))
            } else if !undone.isEmpty {
                try session.script(EngineText.refuseInserts)
            }
            return undone
        }
    }
}

// MARK: - Turns

extension Migrator {
    /// What every transaction that changes the schema begins with.
    private func begin(_ session: inout PQSession) throws {
        try liftLimits(&session)
        try refuseEncoding(&session)
        try lock(&session)
    }

    /// The steps up to the first that needs to be outside of a transaction; after the last one, the engine.
    private func takeSteps(
        to target: Int,
        createsRoles: Bool,
        rebuildsEngine: Bool,
        _ session: inout PQSession
    ) throws -> (upgrade: Upgrade, next: MigrationStep?) {
        try begin(&session)
        try prepare(&session)
        let status = try status(&session)
        try refuseNewer(status)
        try refuseModified(status)
        let pending = steps.filter { !status.applied.contains($0.version) && $0.version <= target }
        let batch = pending.prefix { !$0.isOutsideTransaction }
        var upgrade = Upgrade(steps: Array(batch))
        for migration in batch {
            try session.script(migration.up)
            _ = try session.query(record(migration))
        }
        if batch.count < pending.count { return (upgrade, pending[batch.count]) }
        guard target == newestVersion else {
            if status.engine == .missing { try session.script(EngineText.refuseInserts) }
            return (upgrade, nil)
        }
        if status.engine != .current {
            if rebuildsEngine { try session.script(EngineText.keepGrants + engine.remove) }
            try session.script(engine.apply)
            if rebuildsEngine { try session.script(EngineText.restoreGrants) }
            upgrade.hasReplacedEngine = true
        }
        if createsRoles {
            upgrade.roles = try session.query("select create_roles()").map { try $0.decode(0) }
        } else if upgrade.hasReplacedEngine || !batch.isEmpty {
            _ = try session.query("select apply_privileges()")
        }
        _ = try session.query("select lift_row_security()")
        return (upgrade, nil)
    }

    /// Takes one step in statements of their own, while a second session keeps others from doing the same.
    ///
    /// - Returns: False when another process has taken it meanwhile.
    private func takeOutsideTransaction(_ step: MigrationStep) async throws -> Bool {
        try await repeatingWhileLocked { guarding, _ in
            try self.begin(&guarding)
            try self.setSearchPath(&guarding)
            let isTaken = try guarding.query(
                "select exists (select from migrations where version = \(step.version))"
            ).first?.decode(0, as: Bool.self)
            if isTaken == true { return false }
            // The portal of a query keeps its snapshot, for whose end the index would wait; the simple protocol closes it.
            try guarding.script("set local statement_timeout = 0")
            try Self.runAlone(step, self.database, self.schema)
            _ = try guarding.query(self.record(step))
            return true
        }
    }

    func withSession<R: Sendable>(
        _ body: @Sendable @escaping (inout PQSession) throws -> R
    ) async throws -> R {
        let connection = try await PQConnection.connect(database.options)
        do {
            let result = try await connection.run(body)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}
