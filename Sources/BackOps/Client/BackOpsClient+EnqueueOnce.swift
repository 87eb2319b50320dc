import LibPQ
import Tracing

extension BackOpsClient {
    /// Enqueues what a request describes, and says whether its key was free.
    ///
    /// - Parameter request: The operation.
    /// - Returns: A handle for it, and whether it was enqueued; false where another operation of this name has the key,
    ///   whose handle it is then.
    /// - Throws: As ``enqueue(_:_:when:key:queue:priority:tags:)``.
    public func enqueueOnce(
        _ request: OperationRequest
    ) async throws -> (handle: OperationHandle, isNew: Bool) {
        guard request.key != nil else { return (try await enqueue(request), true) }
        return try await EnqueueTelemetry.span(queue: request.queue) { traceparent, span in
            var chunk = EnqueueChunk()
            try chunk.append(request.traced(traceparent))
            guard let run = chunk.runs.first,
                let (id, isNew) = try await call(engine.enqueue(run)).read({
                    try $0.decode(as: Int64.self, Bool.self)
                }).first
            else {
                throw BackOpsError.noRow("the enqueue")
            }
            span?.attributes["messaging.message.id"] = "\(id)"
            EnqueueTelemetry.count(request, isNew ? 1 : 0)
            return (handle(id), isNew)
        }
    }
}
