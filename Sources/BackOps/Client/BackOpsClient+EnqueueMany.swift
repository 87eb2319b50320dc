import LibPQ
import Tracing

extension BackOpsClient {
    /// Enqueues many operations of one definition.
    ///
    /// They go out in statements of up to 5,000 operations or 4 MiB of globals, each of them a transaction; of a sequence that
    /// is larger, never more than that is in memory, beside the ids. When a statement fails, those before it are enqueued:
    /// with keys, the whole call can be repeated.
    ///
    /// - Parameters:
    ///   - definition: Their definition.
    ///   - batch: The globals of each.
    ///   - when: When their first actions may start.
    ///   - key: Gives the idempotency key of each, by its globals; nil is none.
    ///   - queue: The queue of all.
    ///   - priority: The priority of all.
    ///   - tags: The labels of all.
    /// - Returns: Their ids, in order; where a key was taken, the id that has it.
    /// - Throws: As ``enqueue(_:_:when:key:queue:priority:tags:)``.
    @discardableResult
    public func enqueue(
        _ definition: (some OperationDefinition).Type,
        batch: some Sequence<Globals>,
        when: When = .now,
        key: ((Globals) -> String?)? = nil,
        queue: String = "default",
        priority: Int = 5,
        tags: [String] = []
    ) async throws -> [Int64] {
        var request = OperationRequest(definition, when: when, queue: queue, priority: priority, tags: tags)
        return try await EnqueueTelemetry.span(queue: queue) { traceparent, span in
            request.traceparent = traceparent
            var ids: [Int64] = []
            var chunk = EnqueueChunk()
            for document in batch {
                request.globals = document
                request.key = key?(document)
                try chunk.append(request)
                guard chunk.isFull else { continue }
                ids += try await write(chunk)
                chunk = EnqueueChunk()
            }
            ids += try await write(chunk)
            span?.attributes["messaging.batch.message_count"] = ids.count
            return ids
        }
    }

    /// Enqueues a stream of requests of any length, in transactions of bounded size.
    ///
    /// Up to 5,000 requests, or 4 MiB of globals, are read and then enqueued in one transaction; the stream is not read on
    /// before that has committed, so a source that is faster than the database waits, and memory does not grow. A source that
    /// pauses holds up what was read of it: enqueue what comes in one by one alone.
    ///
    /// Transactions commit in the order of the stream. When the source fails, a request is refused, the connection is lost or
    /// the task is cancelled, the transactions before it stay and nothing else of the stream is enqueued: go on after the
    /// first ``EnqueueCounts/total`` requests of the last `onCommit`. After a lost connection, one more transaction than that
    /// may have committed; with keys, the whole stream can simply be repeated.
    ///
    /// Successive requests that differ in nothing but globals, key and time share a statement; the fewer changes there are,
    /// the faster it is. Of several requests with the same name and key the first one counts.
    ///
    /// ```swift
    /// let counts = try await client.enqueue(stream: customers.map { OperationRequest(Reminder.self, ["customer": .integer($0.id)]) })
    /// ```
    ///
    /// - Parameters:
    ///   - requests: The operations.
    ///   - onCommit: Hears after every transaction what has been enqueued so far.
    /// - Returns: How many were enqueued, and how many existed already.
    /// - Throws: What the stream throws; `CancellationError`; otherwise as ``enqueue(_:_:when:key:queue:priority:tags:)``.
    @discardableResult
    public func enqueue<Requests: AsyncSequence>(
        stream requests: Requests,
        onCommit: (EnqueueCounts) -> Void = { _ in }
    ) async throws -> EnqueueCounts where Requests.Element == OperationRequest {
        try await EnqueueTelemetry.span(queue: nil) { traceparent, span in
            let counts = try await enqueue(requests, traceparent, onCommit)
            span?.attributes["messaging.batch.message_count"] = counts.total
            return counts
        }
    }

    private func enqueue<Requests: AsyncSequence>(
        _ requests: Requests,
        _ traceparent: String?,
        _ onCommit: (EnqueueCounts) -> Void
    ) async throws -> EnqueueCounts where Requests.Element == OperationRequest {
        var counts = EnqueueCounts()
        var iterator = requests.makeAsyncIterator()
        var isAtEnd = false
        while !isAtEnd {
            try Task.checkCancellation()
            var chunk = EnqueueChunk()
            while !chunk.isFull {
                guard let request = try await iterator.next(isolation: #isolation) else {
                    isAtEnd = true
                    break
                }
                try chunk.append(request.traced(traceparent))
            }
            guard chunk.count > 0 else { break }
            // A source that ends early because the task was cancelled must not pass for a whole one.
            try Task.checkCancellation()
            try await count(chunk, into: &counts)
            onCommit(counts)
        }
        try Task.checkCancellation()
        return counts
    }

    /// Enqueues a sequence of requests of any length, in transactions of bounded size.
    ///
    /// A lazy sequence is read as it is enqueued; otherwise as ``enqueue(stream:onCommit:)``.
    ///
    /// - Parameters:
    ///   - requests: The operations.
    ///   - onCommit: Hears after every transaction what has been enqueued so far.
    /// - Returns: How many were enqueued, and how many existed already.
    /// - Throws: `CancellationError`; otherwise as ``enqueue(_:_:when:key:queue:priority:tags:)``.
    @discardableResult
    public func enqueue<Requests: Sequence>(
        stream requests: Requests,
        onCommit: (EnqueueCounts) -> Void = { _ in }
    ) async throws -> EnqueueCounts where Requests.Element == OperationRequest {
        try await enqueue(stream: Unhurried(base: requests), onCommit: onCommit)
    }

    private func write(_ chunk: EnqueueChunk) async throws -> [Int64] {
        var ids: [Int64] = []
        for (run, rows) in zip(chunk.runs, try await call(chunk.runs.map(engine.enqueue))) {
            let answers = try rows.read { try $0.decode(as: Int64.self, String.self) }
            ids += answers.map(\.0)
            EnqueueTelemetry.count(run.common, answers.count { $0.1 == EnqueueOutcome.created.rawValue })
        }
        return ids
    }

    private func count(_ chunk: EnqueueChunk, into counts: inout EnqueueCounts) async throws {
        for (run, rows) in zip(chunk.runs, try await call(chunk.runs.map(engine.countEnqueued))) {
            let before = counts.enqueued
            for (word, count) in try rows.read({ try $0.decode(as: String.self, Int.self) }) {
                counts.add(count, EnqueueOutcome(rawValue: word))
            }
            EnqueueTelemetry.count(run.common, counts.enqueued - before)
        }
    }

    /// Runs statements of the engine in one transaction and one round trip.
    func call(_ statements: [SQLStatement]) async throws -> [PQResult] {
        if statements.count == 1 { return [try await call(statements[0])] }
        do {
            let outcomes = try await pool.pipeline(statements)
            // What the others were undone for is what the caller must hear.
            for case .failure(let error) in outcomes where error.code != .pipelineAborted { throw error }
            return try outcomes.map { try $0.get() }
        } catch let error as PQError {
            throw BackOpsError(refusing: error)
        }
    }
}

/// Gives the elements of a sequence as an asynchronous one.
private struct Unhurried<Base: Sequence>: AsyncSequence {
    let base: Base

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: Base.Iterator

        mutating func next() async -> Base.Element? { base.next() }

        mutating func next(isolation actor: isolated (any Actor)?) async -> Base.Element? { base.next() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeIterator()) }
}
