import Tracing

/// Carries a trace context through the column `traceparent`, as W3C Trace Context writes it.
enum TraceContext {
    static let key = "traceparent"

    /// The tracer of the current task or of the process; nil when nobody has bootstrapped one.
    static var tracer: (any Tracer)? {
        let tracer = InstrumentationSystem.tracer
        return tracer is NoOpTracer ? nil : tracer
    }

    /// What to store with operations that are enqueued within a context; nil when its tracer does not write this header.
    static func traceparent(of context: ServiceContext, by tracer: any Tracer) -> String? {
        var headers: [String: String] = [:]
        tracer.inject(context, into: &headers, using: Headers())
        return headers.first { $0.key.lowercased() == key }?.value
    }

    /// The context that a stored header stands for.
    static func context(of traceparent: String, by tracer: any Tracer) -> ServiceContext {
        var context = ServiceContext.topLevel
        tracer.extract([key: traceparent], into: &context, using: Headers())
        return context
    }

    private struct Headers: Injector, Extractor {
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
            carrier[key] = value
        }

        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key.lowercased()] }
    }
}
