import LibPQ
import Tracing

/// Makes the spans of a worker, named and described as OpenTelemetry's conventions for messaging say.
struct WorkerTracing: Sendable {
    private let tracer: any Tracer

    /// Actions that begin later than this after the enqueue are traces of their own, with a link.
    static let longestTrace: Duration = .seconds(60)

    /// Nil when there is no tracer.
    init?() {
        guard let tracer = TraceContext.tracer else { return nil }
        self.tracer = tracer
    }

    /// Runs an attempt within a span, of which everything becomes a part that the action starts or enqueues.
    ///
    /// - Returns: What the attempt gave, and the span, to be concluded once it is known what became of it.
    func process<R>(_ job: ClaimedJob, _ run: () async -> R) async -> (R, AttemptSpan) {
        let origin = job.traceparent.map { TraceContext.context(of: $0, by: tracer) }
        let delay = Duration.microseconds(job.claimedAt.microseconds - job.enqueuedAt.microseconds)
        let span = tracer.startSpan(
            "process \(job.operation)/\(job.action)",
            context: (delay < Self.longestTrace ? origin : nil) ?? .topLevel,
            ofKind: .consumer
        )
        if let origin { span.addLink(SpanLink(context: origin, attributes: [:])) }
        span.updateAttributes { attributes in
            attributes.describe("process", queue: job.queue)
            attributes["messaging.message.id"] = "\(job.claim.operationID)"
            attributes["messaging.message.conversation_id"] = "\(job.claim.operationID)"
            attributes["backops.operation.name"] = job.operation
            attributes["backops.action.name"] = job.action
            attributes["backops.branch"] = job.branch
            attributes["backops.attempt"] = job.attempt
        }
        let result = await ServiceContext.withValue(span.context) { await run() }
        return (result, AttemptSpan(span: span, end: DefaultTracerClock.now))
    }

    /// A claim that gave jobs; it has ended just now.
    func claimed(_ jobs: [ClaimedJob], duration: Duration) {
        guard !jobs.isEmpty else { return }
        let end = DefaultTracerClock.now
        let nanoseconds = UInt64(max(0, duration / .nanoseconds(1)))
        let span = tracer.startSpan(
            "receive",
            context: .topLevel,
            ofKind: .client,
            at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: end.nanosecondsSinceEpoch - nanoseconds)
        )
        span.updateAttributes { attributes in
            attributes["messaging.system"] = "backops"
            attributes["messaging.operation.type"] = "receive"
            attributes["messaging.batch.message_count"] = jobs.count
        }
        span.end(at: end)
    }
}

extension SpanAttributes {
    /// Sets what all spans about a queue have in common.
    mutating func describe(_ type: String, queue: String) {
        self["messaging.system"] = "backops"
        self["messaging.operation.type"] = type
        self["messaging.destination.name"] = queue
    }
}
