import Synchronization

extension ActionContext {
    /// Counts calls under a rate before they are made, or puts the action off until there is room for them.
    ///
    /// For actions that call a service many times, or not each time. Where each attempt makes one call, let the action have the rate
    /// instead (``Plannable/rate(_:_:per:burst:by:weight:)``): it waits in line then, without a worker, and in order.
    ///
    /// ```swift
    /// let Import = Do("Import") { context in
    ///     for page in try context.require(.page)... {
    ///         try await context.consume("shop-api")
    ///         guard try await shop.copy(page) else { break }
    ///         context[.page] = page + 1
    ///         try await context.checkpoint()
    ///     }
    /// }
    /// ```
    ///
    /// Where the rate is used up, the attempt ends as with ``snooze(until:atMost:within:)``: it does not count, what was set since the
    /// last ``checkpoint()`` is dropped, and the action begins anew at that time. An action that has a rate itself comes to that again.
    ///
    /// It is counted at once, in a transaction of its own, whatever becomes of the attempt. Call it before
    /// ``transaction(_:)`` and not within, where it would take another connection, and stay counted after a rollback.
    ///
    /// - Parameters:
    ///   - rate: The rate's name; a plan must have named it with a count, or somebody set it.
    ///   - count: How many calls, 1 to 1,000,000. More than a burst go at once, too, and are waited for afterwards.
    ///   - key: Whose calls, where they are counted by keys: the global of the plan as text, "" for none. Nil is for a rate without keys.
    /// - Throws: ``Snooze`` where the rate is used up or closed: let it pass. ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``
    ///   where there is no such rate, with ``BackOpsError/Code/invalidArgument``, or with ``BackOpsError/Code/actionEnded``.
    public func consume(_ rate: String, _ count: Int = 1, key: String? = nil) async throws {
        if case .later(let date) = try await tryConsume(rate, count, key: key) { try snooze(until: date) }
    }

    /// Counts calls under a rate before they are made, if there is room for them now.
    ///
    /// ```swift
    /// guard try await context.tryConsume("maps") == .granted else { return try await estimate() }
    /// ```
    ///
    /// - Parameters:
    ///   - rate: As in ``consume(_:_:key:)``.
    ///   - count: As in ``consume(_:_:key:)``.
    ///   - key: As in ``consume(_:_:key:)``.
    /// - Returns: Whether they may be made, else when to ask again.
    /// - Throws: ``BackOpsError``, as ``consume(_:_:key:)``.
    public func tryConsume(_ rate: String, _ count: Int = 1, key: String? = nil) async throws -> Consumption {
        guard state.withLock(\.isOpen) else { throw BackOpsError.actionEnded("tryConsume(_:_:key:)") }
        return try await host.consume(rate, count, key: key).map { .later($0) } ?? .granted
    }
}
