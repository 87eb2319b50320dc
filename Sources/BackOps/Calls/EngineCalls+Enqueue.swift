package import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension EngineCalls {
    /// One row with the id.
    package func enqueue(_ request: OperationRequest) throws(BackOpsError) -> SQLStatement {
        if request.mode != .once {
            var run = EnqueueRun(of: request)
            run.append(request, PQJSON(bytes: try request.globals.checkedJSON()))
            return "select id from \(call(run))"
        }
        return """
            select \(unescaped: name).enqueue(
              \(request.name), \(PQJSON(bytes: try request.globals.checkedJSON())), \(request.key), \(request.queue),
              \(Int32(clamping: request.priority)), \(request.when.timestamp), \(request.when.delay),
              \(request.tags), \(request.plan?.jsonText)::json, traceparent => \(request.traceparent))
            """
    }

    /// A row (id, created) for every request of independent callers, in order.
    package func enqueue(_ shared: [SharedRequest]) -> SQLStatement {
        let requests = shared.map(\.request)
        // Where nobody has one, the database is spared an array of nulls, and without keys it takes a shorter way.
        func unlessAbsent<Value>(_ values: [Value?]) -> [Value?]? {
            values.contains { $0 != nil } ? values : nil
        }
        return """
            select id, created from \(unescaped: name).enqueue_each(
              \(requests.map(\.name)), \(shared.map(\.document)), \(unlessAbsent(requests.map(\.key))),
              \(requests.map(\.queue)), \(requests.map { Int32($0.priority) }), \(unlessAbsent(requests.map(\.when.timestamp))),
              \(unlessAbsent(requests.map(\.when.delay))),
              \(unlessAbsent(requests.map { $0.tags.isEmpty ? nil : OperationRequest.arrayText($0.tags) })),
              \(unlessAbsent(shared.map(\.plan)))::text[]::json[], \(unlessAbsent(requests.map(\.traceparent))))
            """
    }

    /// A row (id, outcome) for every request, in order.
    package func enqueue(_ run: EnqueueRun) -> SQLStatement {
        run.common.mode == .once
            ? "select id, case when created then 'created' else 'existing' end from \(call(run))"
            : "select id, outcome from \(call(run))"
    }

    /// A row (outcome, how many) for every outcome.
    package func countEnqueued(_ run: EnqueueRun) -> SQLStatement {
        "select outcome, count(*) from (\(enqueue(run))) as o (id, outcome) group by outcome"
    }

    private func call(_ run: EnqueueRun) -> SQLStatement {
        let request = run.common
        if request.mode != .once {
            return """
                \(unescaped: name).enqueue_keyed_many(
                  \(request.name), \(run.documents), \(run.keys), \(request.mode.description), \(request.queue),
                  \(Int32(clamping: request.priority)), null, \(request.when.delay), \(request.tags), \(request.plan?.jsonText)::json,
                  traceparent => \(request.traceparent), times => \(run.times))
                """
        }
        return """
            \(unescaped: name).enqueue_many(
              \(request.name), \(run.documents), \(run.keys), \(request.queue), \(Int32(clamping: request.priority)),
              null, \(request.when.delay), \(request.tags), \(request.plan?.jsonText)::json,
              traceparent => \(request.traceparent), times => \(run.times))
            """
    }
}
