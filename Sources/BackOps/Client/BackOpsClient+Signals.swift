import LibPQ

/// What ends the waits of operations.
extension BackOpsClient {
    /// Sends a signal to an operation.
    ///
    /// An operation that waits for it, at a ``WaitFor``, goes on at once. Else the signal is kept until the operation does; those
    /// of one name are read in the order in which they came. What is kept at most is 1,000 signals, or 1 MiB of payloads.
    ///
    /// ```swift
    /// let answer = try await client.signal(48213, "approved", payload: ["by": "ann"], dedupKey: request.id)
    /// ```
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - name: What the wait names.
    ///   - payload: What comes with it, at most 256 KiB of JSON; nil is nothing.
    ///   - dedupKey: Another signal of this name and key is a duplicate, so that a sender may repeat itself; nil is never one.
    /// - Returns: What became of it. ``SignalAnswer/refused`` means that the operation has ended.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``, ``BackOpsError/Code/wrongState`` when the inbox is
    ///   full, or ``BackOpsError/Code/invalidGlobals`` for a payload that JSON cannot hold.
    @discardableResult
    public func signal(
        _ id: Int64,
        _ name: String,
        payload: (any Encodable & Sendable)? = nil,
        dedupKey: String? = nil
    ) async throws -> SignalAnswer {
        let json = try Self.json(payload)
        return try await answer(engine.signal(id, name, payload: json, dedupKey: dedupKey))
    }

    /// Sends a signal to the operation of a definition and a key; where several had the key, to the last one.
    ///
    /// - Parameters:
    ///   - operation: The definition.
    ///   - key: The key that it was enqueued under.
    ///   - name: What the wait names.
    ///   - payload: What comes with it, at most 256 KiB of JSON; nil is nothing.
    ///   - dedupKey: Another signal of this name and key is a duplicate; nil is never one.
    /// - Returns: What became of it.
    /// - Throws: As ``signal(_:_:payload:dedupKey:)``.
    @discardableResult
    public func signal(
        _ operation: (some OperationDefinition).Type,
        key: String,
        _ name: String,
        payload: (any Encodable & Sendable)? = nil,
        dedupKey: String? = nil
    ) async throws -> SignalAnswer {
        try await signal(operation: operation.name, key: key, name, payload: payload, dedupKey: dedupKey)
    }

    /// Sends a signal to the operation of a name and a key; where several had the key, to the last one.
    ///
    /// - Parameters:
    ///   - operation: The operation's name.
    ///   - key: The key that it was enqueued under.
    ///   - name: What the wait names.
    ///   - payload: What comes with it, at most 256 KiB of JSON; nil is nothing.
    ///   - dedupKey: Another signal of this name and key is a duplicate; nil is never one.
    /// - Returns: What became of it.
    /// - Throws: As ``signal(_:_:payload:dedupKey:)``.
    @discardableResult
    public func signal(
        operation: String,
        key: String,
        _ name: String,
        payload: (any Encodable & Sendable)? = nil,
        dedupKey: String? = nil
    ) async throws -> SignalAnswer {
        let json = try Self.json(payload)
        return try await answer(
            engine.signal(operation: operation, key: key, name, payload: json, dedupKey: dedupKey)
        )
    }

    /// Sends a signal to each of some operations, in one transaction.
    ///
    /// - Parameters:
    ///   - ids: Their numbers, 10,000 at most.
    ///   - name: What their waits name.
    ///   - payload: What comes with it, at most 256 KiB of JSON; nil is nothing.
    ///   - dedupKey: Another signal to the same operation of this name and key is a duplicate; nil is never one.
    /// - Returns: What became of each.
    /// - Throws: As ``signal(_:_:payload:dedupKey:)``; then nothing was sent.
    @discardableResult
    public func signal(
        _ ids: [Int64],
        _ name: String,
        payload: (any Encodable & Sendable)? = nil,
        dedupKey: String? = nil
    ) async throws -> [Int64: SignalAnswer] {
        let json = try Self.json(payload)
        let rows = try await call(engine.signal(ids, name, payload: json, dedupKey: dedupKey)).read {
            (try $0.decode(0, as: Int64.self), SignalAnswer(rawValue: try $0.decode(1, as: String.self)))
        }
        return Dictionary(rows) { $1 }
    }

    /// Reads the signals that were sent to an operation, in the order in which they came.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - limit: The most signals to read: the newest ones.
    /// - Returns: Zero to `limit` signals; none where there is no such operation.
    /// - Throws: ``BackOpsError``.
    public func signals(of id: Int64, limit: Int = 1000) async throws -> [SignalRecord] {
        try await call(engine.signals(of: id, limit: limit)).read(SignalRecord.init)
    }

    /// Ends the sleep that an operation is at, or lets an action or an attempt that waits for its time start at once.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``, or ``BackOpsError/Code/wrongState`` when it runs, has
    ///   ended, or waits for a signal.
    public func wakeUp(_ id: Int64, reason: String? = nil) async throws {
        try await call(engine.wakeUp(id, reason: reason))
    }

    /// Wakes up those of some operations that sleep, or wait for the time of an action or an attempt.
    ///
    /// - Parameters:
    ///   - ids: Their numbers, 10,000 at most.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The numbers of those that were woken.
    /// - Throws: ``BackOpsError``.
    @discardableResult
    public func wakeUp(_ ids: [Int64], reason: String? = nil) async throws -> [Int64] {
        try await numbers(engine.wakeUp(ids, reason: reason))
    }

    private func answer(_ statement: SQLStatement) async throws -> SignalAnswer {
        let answers = try await call(statement).read { try $0.decode(0, as: String.self) }
        guard let answer = answers.first else { preconditionFailure("A function returns a row.") }
        return SignalAnswer(rawValue: answer)
    }

    private static func json(_ payload: (any Encodable & Sendable)?) throws -> PQJSON? {
        try payload.map { try PQJSON(JSONValue(storable: $0, key: "payload").description) }
    }
}
