/// Names an action in metrics and counts: never by an id or by globals, so that there are only so many.
struct ActionLabels: Sendable, Hashable {
    let operation: String
    /// Branch and name.
    let action: String
    let queue: String

    /// Stands for all operations that brought their own branches: their names are free, and may be as many as there are operations.
    static let adHoc = "(ad hoc)"

    init(_ job: ClaimedJob) {
        operation = job.definitionID == nil ? Self.adHoc : job.operation
        action = "\(job.branch)/\(job.action)"
        queue = job.queue
    }
}

extension ActionLabels {
    static func == (lhs: ActionLabels, rhs: ActionLabels) -> Bool {
        lhs.operation.hasSameBytes(as: rhs.operation) && lhs.action.hasSameBytes(as: rhs.action)
            && lhs.queue.hasSameBytes(as: rhs.queue)
    }

    func hash(into hasher: inout Hasher) {
        operation.hashBytes(into: &hasher)
        action.hashBytes(into: &hasher)
        queue.hashBytes(into: &hasher)
    }
}
