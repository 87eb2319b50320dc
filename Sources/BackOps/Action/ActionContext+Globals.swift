import Logging
import Synchronization

extension ActionContext {
    /// Reads and writes a global of the key's type; setting nil removes it.
    ///
    /// Reads see what this attempt has set. Reading gives nil when the global is not set, is null, or is of
    /// another type, which is logged (``require(_:)`` throws instead). Where the globals cannot be read at all, it gives nil
    /// as well, and the attempt fails at its end whatever the body did without the value. So it does after a value that JSON cannot
    /// hold, such as an infinite `Double`.
    ///
    /// - Parameter key: The global's key.
    @_disfavoredOverload
    public subscript<Value: Codable & Sendable>(key: GlobalKey<Value>) -> Value? {
        get {
            guard let json = readable(key.name) else { return nil }
            do {
                return try key.value(json)
            } catch {
                logger.warning(
                    "global cannot be read",
                    metadata: ["key": "\(key.name)", "error": "\(error)"]
                )
                return nil
            }
        }
        set {
            do {
                store(try newValue.map { value throws(BackOpsError) in try key.json(value) }, key.name)
            } catch {
                refuse(error)
            }
        }
    }

    /// Reads and writes a global of any type; nil when it is not set, and setting nil removes it.
    ///
    /// - Parameter key: The global's key.
    public subscript(key: String) -> JSONValue? {
        get {
            readable(key)
        }
        set { store(newValue, key) }
    }

    /// Reads a global that must be set.
    ///
    /// - Parameter key: The global's key.
    /// - Returns: Its value.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/missingGlobal`` or
    ///   ``BackOpsError/Code/globalTypeMismatch``.
    public func require<Value: Codable & Sendable>(_ key: GlobalKey<Value>) throws(BackOpsError) -> Value {
        guard let value = try key.value(try stored(key.name)) else { throw .missingGlobal(key.name) }
        return value
    }

    /// Reads all globals as one value, with what this attempt has set.
    ///
    /// - Parameter type: A type whose properties are called as the globals.
    /// - Returns: The value.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/missingGlobal`` or
    ///   ``BackOpsError/Code/globalTypeMismatch``.
    public func globals<Value: Decodable>(as type: Value.Type = Value.self) throws(BackOpsError) -> Value {
        let (globals, patch) = state.withLock { ($0.globals, $0.patch) }
        return try (patch.isEmpty ? globals : patch.applied(to: globals)).decoded(as: type)
    }

    /// Stores what was set so far at once, whatever becomes of the attempt.
    ///
    /// One round trip; later attempts see the values. A jump is not stored: it needs the completion.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals``, with
    ///   ``BackOpsError/Code/staleClaim`` when the job was lost, with ``BackOpsError/Code/actionEnded``, or
    ///   what the connection throws.
    public func checkpoint() async throws {
        let patch = try state.withLock { state throws(BackOpsError) in
            guard state.phase == .running else { throw .actionEnded("checkpoint()") }
            let patch = try state.result().patch
            state.globals = patch.isEmpty ? state.globals : patch.applied(to: state.globals)
            state.patch = GlobalsPatch()
            return patch
        }
        guard !patch.isEmpty else { return }
        do {
            try await host.checkpoint(patch)
        } catch {
            // Not stored after all: it goes with the completion, under what was set in the meantime.
            state.withLock { state in
                var restored = patch
                restored.merge(state.patch)
                state.patch = restored
            }
            throw error
        }
    }

    private func stored(_ key: String) throws(BackOpsError) -> JSONValue? {
        try state.withLock { state throws(BackOpsError) in try state.read(key) }
    }

    /// Nil, and the end of the attempt as a failure, where the globals cannot be read.
    private func readable(_ key: String) -> JSONValue? {
        do {
            return try stored(key)
        } catch {
            logger.warning("global cannot be read", metadata: ["key": "\(key)", "error": "\(error)"])
            state.withLock { $0.unreadable = $0.unreadable ?? error }
            return nil
        }
    }

    private func refuse(_ error: BackOpsError) {
        logger.warning(
            "global cannot be set",
            metadata: ["key": "\(error.subject ?? "")", "error": "\(error)"]
        )
        state.withLock { state in
            if state.isOpen { state.wishes.refusal = state.wishes.refusal ?? error }
        }
    }

    private func store(_ value: JSONValue?, _ key: String) {
        let isStored = state.withLock { state in
            if state.isOpen { state.patch[JSONValue.Key(key)] = value }
            return state.isOpen
        }
        if !isStored {
            logger.warning("global set after the action had ended is ignored", metadata: ["key": "\(key)"])
        }
    }
}
