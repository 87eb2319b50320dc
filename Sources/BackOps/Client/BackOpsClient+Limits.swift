import LibPQ

/// How many may run at once.
extension BackOpsClient {
    /// Reads the limits that plans have named, or somebody has set, and how much of them is in use.
    ///
    /// - Returns: The limits, by name.
    /// - Throws: ``BackOpsError``.
    public func limits() async throws -> [LimitRecord] {
        try await call(engine.limits(named: nil)).read(LimitRecord.init)
    }

    /// Reads one limit.
    ///
    /// - Parameter name: What is limited.
    /// - Returns: The limit; nil where no plan has named it, and nobody has set it.
    /// - Throws: ``BackOpsError``.
    public func limit(_ name: String) async throws -> LimitRecord? {
        try await call(engine.limits(named: name)).read(LimitRecord.init).first
    }

    /// Reads who holds slots of a limit and waits for them, key by key.
    ///
    /// - Parameters:
    ///   - name: What is limited.
    ///   - gate: Only those behind this one: the ``LimitLine/gate`` of the last one of the page before.
    ///   - limit: The most to read.
    /// - Returns: Zero to `limit` lines, one where the limit has no keys, by their gates; none where nothing is held.
    /// - Throws: ``BackOpsError``.
    public func limitLines(
        of name: String,
        after gate: String? = nil,
        limit: Int = 1000
    ) async throws -> [LimitLine] {
        try await call(engine.limitLines(of: name, after: gate, limit: limit)).read(LimitLine.init)
    }

    /// Sets how many may run at once, whatever plans say, until ``resetLimit(_:reason:)``.
    ///
    /// More start at once where the number grows; where it shrinks, what runs goes on, and nothing starts until enough have ended.
    ///
    /// ```swift
    /// try await client.setLimit("stripe", to: 5, reason: "they ask us to go slowly")
    /// ```
    ///
    /// - Parameters:
    ///   - name: What is limited; no plan needs to have named it before.
    ///   - maximum: How many run at once, of each key where it has some: 0 to 1,000,000. With 0 nothing starts; nil is no limit.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The setting as it is now.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidArgument`` for a name, or a maximum, that cannot be.
    @discardableResult
    public func setLimit(
        _ name: String,
        to maximum: Int?,
        reason: String? = nil
    ) async throws -> LimitSetting {
        try await setting(engine.setLimit(name, to: maximum, reason: reason))
    }

    /// Lets the number of the plan hold again.
    ///
    /// - Parameters:
    ///   - name: What is limited.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The setting as it is now.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/wrongState`` where no plan has a number for it, and
    ///   ``BackOpsError/Code/noSuchOperation`` where there is no such limit.
    @discardableResult
    public func resetLimit(_ name: String, reason: String? = nil) async throws -> LimitSetting {
        try await setting(engine.resetLimit(name, reason: reason))
    }

    /// Counts anew who holds slots and who waits, for when ``invariants()`` finds the counts wrong: after rows were changed by hand.
    ///
    /// Everything that changes jobs waits meanwhile.
    ///
    /// - Returns: How many counts were corrected.
    /// - Throws: ``BackOpsError``.
    @discardableResult
    public func recountLimits() async throws -> Int {
        let counts = try await call(engine.recountLimits()).read { try $0.decode(0, as: Int32.self) }
        guard let count = counts.first else { throw BackOpsError.noRow("the recount") }
        return Int(count)
    }

    private func setting(_ statement: SQLStatement) async throws -> LimitSetting {
        guard let setting = try await call(statement).read(LimitSetting.init).first else {
            throw BackOpsError.noRow("the limit")
        }
        return setting
    }
}
