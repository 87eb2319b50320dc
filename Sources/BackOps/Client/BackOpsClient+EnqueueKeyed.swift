import LibPQ
import Tracing

extension BackOpsClient {
    /// Enqueues what a request describes, and says what that did where its key was taken.
    ///
    /// ```swift
    /// var request = OperationRequest(Reindex.self, ["shop": 7], key: "shop-7")
    /// request.mode = .debounce(for: .seconds(5), atMost: .seconds(60))
    /// let enqueued = try await client.enqueueKeyed(request)
    /// ```
    ///
    /// - Parameter request: The operation.
    /// - Returns: The outcome, and a handle for the operation that has the key now.
    /// - Throws: As ``enqueue(_:_:when:key:queue:priority:tags:)``; ``BackOpsError`` with ``BackOpsError/Code/invalidArgument`` for a
    ///   mode that is none, or without a key.
    @discardableResult
    public func enqueueKeyed(_ request: OperationRequest) async throws -> EnqueueResult {
        guard request.key != nil || request.mode != .once else {
            return EnqueueResult(handle: try await enqueue(request), outcome: .created)
        }
        return try await EnqueueTelemetry.span(queue: request.queue) { traceparent, span in
            let request = request.traced(traceparent)
            var outcome = EnqueueOutcome.existing
            let (handle, isNew) = try await share(request) {
                var chunk = EnqueueChunk()
                try chunk.append(request)
                guard let result = try await results(of: chunk).first else {
                    throw BackOpsError.noRow("the enqueue")
                }
                outcome = result.outcome
                return (result.handle, result.isNew)
            }
            span?.attributes["messaging.message.id"] = "\(handle.id)"
            EnqueueTelemetry.count(request, isNew ? 1 : 0)
            return EnqueueResult(handle: handle, outcome: isNew ? .created : outcome)
        }
    }

    /// Enqueues what requests describe, in one transaction, and says what each of them did.
    ///
    /// Successive requests that differ in nothing but globals, key and time share a statement. Of several with the same key, each is
    /// taken in its turn.
    ///
    /// - Parameter requests: The operations: at most 5,000, or 4 MiB of globals.
    /// - Returns: A result for each, in order.
    /// - Throws: As ``enqueueKeyed(_:)``, for all of them: then nothing is enqueued.
    @discardableResult
    public func enqueueKeyed(_ requests: [OperationRequest]) async throws -> [EnqueueResult] {
        guard !requests.isEmpty else { return [] }
        return try await EnqueueTelemetry.span(queue: requests.count == 1 ? requests[0].queue : nil) {
            traceparent,
            span in
            var chunk = EnqueueChunk()
            for request in requests {
                guard !chunk.isFull else {
                    throw BackOpsError(
                        .limitExceeded,
                        message:
                            "These are too many operations for one transaction: at most \(EnqueueChunk.maxCount), or 4 MiB of globals."
                    )
                }
                try chunk.append(request.traced(traceparent))
            }
            let results = try await results(of: chunk)
            for (request, result) in zip(requests, results) where result.isNew {
                EnqueueTelemetry.count(request, 1)
            }
            span?.attributes["messaging.batch.message_count"] = results.count
            return results
        }
    }

    private func results(of chunk: EnqueueChunk) async throws -> [EnqueueResult] {
        var results: [EnqueueResult] = []
        for rows in try await call(chunk.runs.map(engine.enqueue)) {
            results += try rows.read { try $0.decode(as: Int64.self, String.self) }.map { id, word in
                EnqueueResult(handle: handle(id), outcome: EnqueueOutcome(rawValue: word))
            }
        }
        return results
    }
}

/// What an enqueue under a key did.
public struct EnqueueResult: Sendable {
    /// The operation that has the key now.
    public let handle: OperationHandle

    /// What the enqueue did.
    public let outcome: EnqueueOutcome

    /// Whether it made an operation that was not there before.
    public var isNew: Bool { outcome == .created }
}
