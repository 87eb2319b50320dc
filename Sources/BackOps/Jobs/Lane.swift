package import LibPQ

/// Where to go on claiming in one lane: a queue with a priority.
package struct Lane: Sendable, Hashable {
    package let queue: String
    package let priority: Int16
    /// The key of the last job that was claimed here; nil starts over.
    package var after: Key?

    package init(queue: String, priority: Int16, after: Key? = nil) {
        self.queue = queue
        self.priority = priority
        self.after = after
    }

    /// The order of a lane: due time, then operation.
    package struct Key: Sendable, Hashable, Comparable {
        package let runAt: PQTimestamp
        package let operationID: Int64

        package init(runAt: PQTimestamp, operationID: Int64) {
            self.runAt = runAt
            self.operationID = operationID
        }

        package static func < (lhs: Key, rhs: Key) -> Bool {
            (lhs.runAt, lhs.operationID) < (rhs.runAt, rhs.operationID)
        }
    }
}

extension ClaimedJob {
    /// Where it was found.
    var lane: Lane {
        Lane(queue: queue, priority: priority, after: Lane.Key(runAt: runAt, operationID: claim.operationID))
    }
}
