import LibPQ

/// Requests that one transaction enqueues.
///
/// Its size is what bounds the memory of a stream. At 5,000 a commit costs little beside the rows; at 1,000 it was a tenth.
package struct EnqueueChunk: Sendable {
    package static let maxCount = 5000
    package static let maxBytes = 4 << 20

    /// One statement each, in order.
    package private(set) var runs: [EnqueueRun] = []
    package private(set) var count = 0
    private var bytes = 0

    package init() {}

    package var isFull: Bool { count >= Self.maxCount || bytes >= Self.maxBytes }

    /// Takes a request's values as they are sent.
    package mutating func append(_ request: OperationRequest) throws(BackOpsError) {
        let document = PQJSON(bytes: try request.globals.checkedJSON())
        if runs.last?.holds(request) != true { runs.append(EnqueueRun(of: request)) }
        runs[runs.count - 1].append(request, document)
        count += 1
        bytes += document.bytes.count
    }
}
