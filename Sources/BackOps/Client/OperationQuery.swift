import LibPQ

/// Finds operations; every condition narrows what was found before, also one that is asked for twice.
///
/// ```swift
/// let operation = try await client.operations.named(Fulfilment.self).globalsContain(.subscriptionID, 42).first()
/// for try await stuck in client.operations.inState(.failed) { print(stuck.id, stuck.name) }
/// ```
public struct OperationQuery: Sendable {
    let client: BackOpsClient
    var filter = OperationFilter()
    /// What cannot be asked for is thrown when the query is run, because conditions cannot throw.
    var refusal: BackOpsError?

    init(_ client: BackOpsClient) {
        self.client = client
    }

    private func with(_ change: (inout Self) -> Void) -> Self {
        var query = self
        change(&query)
        return query
    }

    /// Keeps operations of a definition, under its current and its former names.
    ///
    /// - Parameter definition: The definition.
    /// - Returns: The narrower query.
    public func named(_ definition: (some OperationDefinition).Type) -> Self {
        with {
            $0.filter.names.narrow(to: ([definition.name] + definition.formerNames).map { ExactText($0) })
        }
    }

    /// Keeps operations of a name.
    ///
    /// - Parameter name: The name.
    /// - Returns: The narrower query.
    public func named(_ name: String) -> Self {
        with { $0.filter.names.narrow(to: [ExactText(name)]) }
    }

    /// Keeps operations in one of some states.
    ///
    /// - Parameter states: The states.
    /// - Returns: The narrower query.
    public func inState(_ states: OperationState...) -> Self {
        inState(states)
    }

    /// Keeps operations in one of some states.
    ///
    /// - Parameter states: The states; none finds nothing.
    /// - Returns: The narrower query.
    public func inState(_ states: [OperationState]) -> Self {
        with { $0.filter.states.narrow(to: states) }
    }

    /// Keeps operations that do right now what one of some words says.
    ///
    /// - Parameter statuses: The words, as ``OperationRecord/status`` has them.
    /// - Returns: The narrower query.
    public func withStatus(_ statuses: OperationStatus...) -> Self {
        withStatus(statuses)
    }

    /// Keeps operations that do right now what one of some words says.
    ///
    /// - Parameter statuses: The words, as ``OperationRecord/status`` has them; none finds nothing.
    /// - Returns: The narrower query.
    public func withStatus(_ statuses: [OperationStatus]) -> Self {
        with { $0.filter.statuses.narrow(to: statuses) }
    }

    /// Keeps operations whose globals contain a document: `globals @>`, which is an index look-up.
    ///
    /// Of nested documents the parts that are given must be there; of arrays, the elements.
    ///
    /// - Parameter document: The part that must be there.
    /// - Returns: The narrower query.
    public func globalsContain(_ document: Globals) -> Self {
        with { query in
            do throws(BackOpsError) {
                query.filter.globals.append(try Globals(try document.members()).checkedJSON())
            } catch {
                query.refusal = error
            }
        }
    }

    /// Keeps operations that have a value under a key of their globals.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - value: The value.
    /// - Returns: The narrower query.
    public func globalsContain<Value: Codable & Sendable>(_ key: GlobalKey<Value>, _ value: Value) -> Self {
        var document = Globals()
        document[key] = value
        return globalsContain(document)
    }

    /// Keeps operations that were enqueued into one of some queues.
    ///
    /// - Parameter queues: The queues.
    /// - Returns: The narrower query.
    public func inQueue(_ queues: String...) -> Self {
        with { $0.filter.queues.narrow(to: queues.map { ExactText($0) }) }
    }

    /// Keeps operations that have failed by one kind of error, and still are.
    ///
    /// - Parameter fingerprint: The group's name: ``FailureGroup/fingerprint``.
    /// - Returns: The narrower query.
    public func failedBy(_ fingerprint: String) -> Self {
        with { $0.filter.fingerprints.append(fingerprint) }
    }

    /// Keeps operations that have all of some labels.
    ///
    /// - Parameter tags: The labels.
    /// - Returns: The narrower query.
    public func tagged(_ tags: String...) -> Self {
        tagged(tags)
    }

    /// Keeps operations that have all of some labels.
    ///
    /// - Parameter tags: The labels; none keeps all operations.
    /// - Returns: The narrower query.
    public func tagged(_ tags: [String]) -> Self {
        with { $0.filter.tags = ($0.filter.tags ?? []) + tags }
    }

    /// Keeps some operations by their numbers.
    ///
    /// - Parameter ids: The numbers; what does not exist is not found.
    /// - Returns: The narrower query.
    public func withIDs(_ ids: [Int64]) -> Self {
        with { $0.filter.ids.narrow(to: ids) }
    }

    /// Keeps operations that were enqueued within a time before now.
    ///
    /// - Parameter age: The greatest age, by the database's clock.
    /// - Returns: The narrower query.
    public func enqueued(within age: Duration) -> Self {
        with { $0.filter.greatestAge = Swift.min($0.filter.greatestAge ?? age, age) }
    }

    /// Keeps operations that were enqueued before a time before now.
    ///
    /// - Parameter age: The least age, by the database's clock.
    /// - Returns: The narrower query.
    public func enqueued(notWithin age: Duration) -> Self {
        with { $0.filter.leastAge = Swift.max($0.filter.leastAge ?? age, age) }
    }
}

extension OperationQuery {
    /// Reads operations in another order than the newest first.
    ///
    /// For every order but that of ``OperationOrder/id`` a page reads all that was found: narrow it first.
    ///
    /// - Parameters:
    ///   - order: The order.
    ///   - isReversed: Whether to turn it round.
    /// - Returns: The query in that order.
    public func sorted(by order: OperationOrder, reversed isReversed: Bool = false) -> Self {
        with {
            $0.filter.order = order
            $0.filter.isReversed = isReversed
        }
    }

    /// Reads only what comes after an operation, in the order of the query: the next page.
    ///
    /// In an order other than that of ``OperationOrder/id`` the operation must still exist: else reading it throws
    /// ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``.
    ///
    /// - Parameter id: The number of the last operation that was read.
    /// - Returns: The query for what follows.
    public func after(_ id: Int64) -> Self {
        with { $0.filter.after = id }
    }
}

extension OperationQuery {
    /// Reads the first operation that was found, which is the newest one unless the query has another order.
    ///
    /// - Returns: The operation, or nil.
    /// - Throws: ``BackOpsError``.
    public func first() async throws -> OperationRecord? {
        try await all(limit: 1).first
    }

    /// Reads what was found, newest first unless the query has another order.
    ///
    /// - Parameter limit: The most operations to read.
    /// - Returns: Zero to `limit` operations.
    /// - Throws: ``BackOpsError``.
    public func all(limit: Int = 1000) async throws -> [OperationRecord] {
        try await page(after: filter.after, limit: limit)
    }

    /// Counts what was found.
    ///
    /// - Returns: Zero or more.
    /// - Throws: ``BackOpsError``.
    public func count() async throws -> Int {
        if let refusal { throw refusal }
        let counts = try await read { client.engine.count(filter, by: $0) }
        return try counts.read { try $0.decode(0, as: Int.self) }.first ?? 0
    }

    /// Reads the numbers of what was found, smallest first, in pages of 10,000.
    ///
    /// What a person was shown before a bulk change is best changed by these, so that nothing is touched that was enqueued, or
    /// came into this state, meanwhile.
    ///
    /// - Returns: The numbers.
    /// - Throws: ``BackOpsError``.
    public func ids() async throws -> [Int64] {
        if let refusal { throw refusal }
        var found: [Int64] = []
        while true {
            let last = found.last ?? .min
            let page = try await read { client.engine.ids(filter, after: last, limit: Self.idPage, by: $0) }
            found += try page.read { try $0.decode(0, as: Int64.self) }
            if page.count < Self.idPage { return found }
        }
    }

    private static let idPage = 10_000

    /// Reads one page: the first operations after an id.
    func page(after id: Int64?, limit: Int) async throws -> [OperationRecord] {
        if let refusal { throw refusal }
        let page = try await read {
            client.engine.operations(filter, after: id, limit: limit, by: $0)
        }.read(OperationRecord.init)
        // The end must not be taken for reached because the place is gone: it was deleted meanwhile.
        if page.isEmpty, limit > 0, let id, filter.order != .id, try await client.operation(id) == nil {
            throw BackOpsError.noSuchOperation(id)
        }
        return page
    }

    /// Reads the tables, or where the role may not do that, the views.
    func read(_ statement: (EngineCalls.Access) -> SQLStatement) async throws -> PQResult {
        do {
            return try await client.call(statement(.tables))
        } catch let error as BackOpsError where error.isAboutRights {
            return try await client.call(statement(.views))
        }
    }

    /// Retries the failed and cancelled ones of what was found, in batches of 1,000, each of them a transaction.
    ///
    /// - Parameter reason: Recorded in the audit log.
    /// - Returns: The ids of those that were retried.
    /// - Throws: ``BackOpsError``; batches before it are retried then.
    @discardableResult
    public func retryAll(reason: String? = nil) async throws -> [Int64] {
        try await steerAll { client.engine.retry($0, reason: reason) }
    }

    /// Cancels the active ones of what was found, in batches of 1,000, each of them a transaction.
    ///
    /// - Parameter reason: Recorded in the audit log, and shown with the operations.
    /// - Returns: The ids of those that were cancelled.
    /// - Throws: ``BackOpsError``; batches before it are cancelled then.
    @discardableResult
    public func cancelAll(reason: String? = nil) async throws -> [Int64] {
        try await steerAll { client.engine.cancel($0, reason: reason) }
    }
}

extension BackOpsError {
    /// Whether the role lacks a right.
    fileprivate var isAboutRights: Bool { code == .noPermission }
}
