package import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension EngineCalls {
    /// One row with the id.
    package func enqueue(_ request: OperationRequest) throws(BackOpsError) -> SQLStatement {
        """
        select \(unescaped: name).enqueue(
          \(request.name), \(PQJSON(bytes: try request.globals.checkedJSON())), \(request.key), \(request.queue),
          \(Int32(clamping: request.priority)), \(request.when.timestamp), \(request.when.delay),
          \(request.tags), \(request.plan?.jsonText)::json, traceparent => \(request.traceparent))
        """
    }

    /// A row (id, created) for every request, in order.
    package func enqueue(_ run: EnqueueRun) -> SQLStatement {
        "select id, created from \(call(run))"
    }

    /// One row: how many were created, and of how many.
    package func countEnqueued(_ run: EnqueueRun) -> SQLStatement {
        "select count(*) filter (where created), count(*) from \(call(run))"
    }

    private func call(_ run: EnqueueRun) -> SQLStatement {
        let request = run.common
        return """
            \(unescaped: name).enqueue_many(
              \(request.name), \(run.documents), \(run.keys), \(request.queue), \(Int32(clamping: request.priority)),
              null, \(request.when.delay), \(request.tags), \(request.plan?.jsonText)::json,
              traceparent => \(request.traceparent), times => \(run.times))
            """
    }
}
