public import LibPQ
import Tracing

extension BackOpsClient {
    /// Enqueues one operation.
    ///
    /// One round trip and one transaction; when it returns, the operation is durable. Where the key is taken, nothing is
    /// written and the handle is that of the operation that has it.
    ///
    /// Tasks that enqueue at the same time share transactions: while one's round trip is under way, the others wait, and go out
    /// together as the next one. Each of them is answered after the commit, and refused only for what is wrong with its own
    /// operation. A task that is cancelled while it waits enqueues nothing; one whose operation is on its way already is
    /// answered as if it had not been cancelled.
    ///
    /// - Parameters:
    ///   - definition: Its definition, of which only the name is needed: the plan is what a worker has registered.
    ///   - globals: Its globals.
    ///   - when: When the first action may start.
    ///   - key: The idempotency key.
    ///   - queue: The queue: a-z, 0-9, dot, dash, underscore.
    ///   - priority: 0 is served first, 9 last.
    ///   - tags: Free labels.
    /// - Returns: A handle for the operation.
    /// - Throws: ``BackOpsError``: what is wrong with the input, such as ``BackOpsError/Code/invalidArgument`` or
    ///   ``BackOpsError/Code/limitExceeded``, or ``BackOpsError/Code/databaseUnavailable``. When the connection died during the
    ///   call, the operation may have been enqueued: repeat it with the same key.
    @discardableResult
    public func enqueue(
        _ definition: (some OperationDefinition).Type,
        _ globals: Globals = [:],
        when: When = .now,
        key: String? = nil,
        queue: String = "default",
        priority: Int = 5,
        tags: [String] = []
    ) async throws -> OperationHandle {
        try await enqueue(
            OperationRequest(
                definition,
                globals,
                when: when,
                key: key,
                queue: queue,
                priority: priority,
                tags: tags
            )
        )
    }

    /// Enqueues one operation whose globals a closure sets through typed keys.
    ///
    /// - Parameters:
    ///   - definition: Its definition.
    ///   - when: When the first action may start.
    ///   - key: The idempotency key.
    ///   - queue: The queue: a-z, 0-9, dot, dash, underscore.
    ///   - priority: 0 is served first, 9 last.
    ///   - tags: Free labels.
    ///   - globals: Sets the globals: `{ $0[.subscriptionID] = 42 }`.
    /// - Returns: A handle for the operation.
    /// - Throws: What the closure throws; otherwise as ``enqueue(_:_:when:key:queue:priority:tags:)``.
    @discardableResult
    public func enqueue(
        _ definition: (some OperationDefinition).Type,
        when: When = .now,
        key: String? = nil,
        queue: String = "default",
        priority: Int = 5,
        tags: [String] = [],
        globals: (inout Globals) throws -> Void
    ) async throws -> OperationHandle {
        var document = Globals()
        try globals(&document)
        return try await enqueue(
            definition,
            document,
            when: when,
            key: key,
            queue: queue,
            priority: priority,
            tags: tags
        )
    }

    /// Enqueues one operation that brings its own branches.
    ///
    /// - Parameters:
    ///   - name: A free name.
    ///   - globals: Its globals.
    ///   - when: When the first action may start.
    ///   - key: The idempotency key.
    ///   - queue: The queue: a-z, 0-9, dot, dash, underscore.
    ///   - priority: 0 is served first, 9 last.
    ///   - tags: Free labels.
    ///   - limit: How many operations go on at once. One that no plan or person has named before needs a maximum.
    ///   - branches: The branches; bare actions form `main`. Workers need not know the operation, only its actions.
    /// - Returns: A handle for the operation.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidPlan``; otherwise as
    ///   ``enqueue(_:_:when:key:queue:priority:tags:)``.
    @discardableResult
    public func enqueue(
        name: String,
        _ globals: Globals = [:],
        when: When = .now,
        key: String? = nil,
        queue: String = "default",
        priority: Int = 5,
        tags: [String] = [],
        limit: OperationLimit? = nil,
        @BranchBuilder branches: () -> [Branch]
    ) async throws -> OperationHandle {
        let request = try OperationRequest(
            name: name,
            globals,
            when: when,
            key: key,
            queue: queue,
            priority: priority,
            tags: tags,
            limit: limit,
            branches: branches
        )
        return try await enqueue(request)
    }

    /// Enqueues what a request describes.
    ///
    /// - Parameter request: The operation.
    /// - Returns: A handle for it.
    /// - Throws: As ``enqueue(_:_:when:key:queue:priority:tags:)``.
    @discardableResult
    public func enqueue(_ request: OperationRequest) async throws -> OperationHandle {
        try await EnqueueTelemetry.span(queue: request.queue) { traceparent, span in
            let request = request.traced(traceparent)
            let (handle, isNew) = try await share(request) {
                (try self.handle(try await call(engine.enqueue(request))), true)
            }
            span?.attributes["messaging.message.id"] = "\(handle.id)"
            EnqueueTelemetry.count(request, isNew ? 1 : 0)
            return handle
        }
    }

    /// Enqueues a request together with those of other callers, or by a statement of its own.
    func share(
        _ request: OperationRequest,
        alone: () async throws -> (handle: OperationHandle, isNew: Bool)
    ) async throws -> (handle: OperationHandle, isNew: Bool) {
        // Requests of other modes wait for those of their key.
        guard request.mode == .once else { return try await alone() }
        switch try await shared.enqueue(request) {
        case .enqueued(let id, let isNew): return (OperationHandle(id: id, client: self), isNew)
        case .goAlone(let turn):
            defer { if let turn { shared.ended(turn) } }
            return try await alone()
        }
    }

    /// Enqueues an operation in the caller's own transaction: it commits or vanishes with it.
    ///
    /// - Parameters:
    ///   - request: The operation.
    ///   - transaction: A transaction of ``transaction(_:)``, or the one that an action runs in.
    /// - Returns: A handle for it, which knows it once the transaction has committed.
    /// - Throws: As ``enqueue(_:_:when:key:queue:priority:tags:)``.
    @discardableResult
    public func enqueue(
        _ request: OperationRequest,
        in transaction: PQTransaction
    ) async throws -> OperationHandle {
        do {
            return try await EnqueueTelemetry.span(queue: request.queue) { traceparent, span in
                let statement = try engine.enqueue(request.traced(traceparent))
                let handle = try handle(try await transaction.query(statement))
                span?.attributes["messaging.message.id"] = "\(handle.id)"
                EnqueueTelemetry.count(request, 1)
                return handle
            }
        } catch let error as PQError {
            throw BackOpsError(refusing: error)
        }
    }

    /// Enqueues an operation in a transaction of another PostgreSQL client.
    ///
    /// - Parameters:
    ///   - request: The operation.
    ///   - executor: A connection that is in a transaction.
    /// - Returns: A handle for it, which knows it once the transaction has committed.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals``; what the executor throws.
    @discardableResult
    public func enqueue(
        _ request: OperationRequest,
        in executor: some SQLExecutor
    ) async throws -> OperationHandle {
        let (sql, parameters) = try request.statement(schema: engine.schema.text)
        guard let text = try await executor.execute(sql, parameters).first?.first ?? nil, let id = Int64(text)
        else {
            throw BackOpsError.noRow("the enqueue")
        }
        EnqueueTelemetry.count(request, 1)
        return OperationHandle(id: id, client: self)
    }

    private func handle(_ rows: PQResult) throws -> OperationHandle {
        guard let id = try rows.read({ try $0.decode(0, as: Int64.self) }).first else {
            throw BackOpsError.noRow("the enqueue")
        }
        return OperationHandle(id: id, client: self)
    }
}
