import LibPQ

/// Successive requests that differ in nothing but globals, key and time.
package struct EnqueueRun: Sendable {
    /// What they have in common.
    let common: OperationRequest
    private(set) var documents: [PQJSON] = []
    private var allKeys: [String?] = []
    private var allTimes: [PQTimestamp?] = []
    private var hasKey = false
    private var hasTime = false

    init(of request: OperationRequest) {
        var common = request
        common.globals = [:]
        self.common = common
    }

    /// Nil where nobody has one: the database takes a shorter way then.
    var keys: [String?]? { hasKey ? allKeys : nil }

    /// Nil where all of them may start at once, or after the common delay.
    var times: [PQTimestamp?]? { hasTime ? allTimes : nil }

    func holds(_ request: OperationRequest) -> Bool {
        request.name.hasSameBytes(as: common.name) && request.queue.hasSameBytes(as: common.queue)
            && request.priority == common.priority && request.mode == common.mode
            && request.tags.map { ExactText($0) } == common.tags.map { ExactText($0) }
            && request.when.delay == common.when.delay
            && request.plan == common.plan && request.traceparent == common.traceparent
    }

    mutating func append(_ request: OperationRequest, _ document: PQJSON) {
        documents.append(document)
        allKeys.append(request.key)
        allTimes.append(request.when.timestamp)
        if request.key != nil { hasKey = true }
        if request.when.timestamp != nil { hasTime = true }
    }
}
