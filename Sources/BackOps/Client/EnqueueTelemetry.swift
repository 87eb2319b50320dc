import CoreMetrics
import LibPQ
import Tracing

/// Makes an enqueue a span, of which the operation's actions become a part, and counts it.
enum EnqueueTelemetry {
    /// Runs an enqueue; without a tracer, it only runs it.
    ///
    /// - Parameters:
    ///   - queue: Where the operations will wait; nil where that differs.
    ///   - body: Gets what to store with operations that have no trace context of their own, and the span.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws.
    static func span<R>(
        queue: String?,
        _ body: (_ traceparent: String?, _ span: (any Span)?) async throws -> R
    ) async throws -> R {
        guard let tracer = TraceContext.tracer else { return try await body(nil, nil) }
        let span = tracer.startSpan(
            queue.map { "enqueue \($0)" } ?? "enqueue",
            context: .current ?? .topLevel,
            ofKind: .producer
        )
        defer { span.end() }
        span.updateAttributes { attributes in
            attributes["messaging.system"] = "backops"
            attributes["messaging.operation.type"] = "send"
            if let queue { attributes["messaging.destination.name"] = queue }
        }
        do {
            return try await ServiceContext.withValue(span.context) {
                try await body(TraceContext.traceparent(of: span.context, by: tracer), span)
            }
        } catch {
            span.recordError(error)
            span.setStatus(SpanStatus(code: .error))
            throw error
        }
    }

    /// Counts operations that were enqueued; those whose key was taken are none.
    static func count(_ request: OperationRequest, _ count: Int) {
        guard count > 0, let handles = MetricHandles.current else { return }
        handles.counter(
            "backops_operations_enqueued_total",
            ["name": request.plan == nil ? request.name : ActionLabels.adHoc, "queue": request.queue]
        ).increment(by: count)
    }
}

extension OperationRequest {
    /// The request with a trace context, unless it has one.
    func traced(_ traceparent: String?) -> OperationRequest {
        guard self.traceparent == nil, let traceparent else { return self }
        var request = self
        request.traceparent = traceparent
        return request
    }

    /// The request with the trace context of the current span, unless it has one.
    func tracedAsCurrent() -> OperationRequest {
        guard traceparent == nil, let tracer = TraceContext.tracer, let context = ServiceContext.current
        else {
            return self
        }
        return traced(TraceContext.traceparent(of: context, by: tracer))
    }
}
