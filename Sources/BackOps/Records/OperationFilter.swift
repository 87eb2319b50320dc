/// What a query asks for; everything that is given must hold.
package struct OperationFilter: Sendable {
    package var ids: Set<Int64>?
    /// Names are the same by their bytes, as in the database.
    package var names: Set<ExactText>?
    package var states: Set<OperationState>?
    package var statuses: Set<OperationStatus>?
    /// Documents that the globals contain, all of them.
    package var globals: [[UInt8]] = []
    package var fingerprints: [String] = []
    package var queues: Set<ExactText>?
    package var tags: [String]?
    package var greatestAge: Duration?
    package var leastAge: Duration?
    package var order = OperationOrder.id
    package var isReversed = false
    /// The operation after which, in that order, the reading begins.
    package var after: Int64?
}

extension Optional {
    /// Keeps of what was asked for before what is asked for now, too.
    mutating func narrow<Element>(to elements: some Sequence<Element>) where Wrapped == Set<Element> {
        self = self.map { $0.intersection(elements) } ?? Set(elements)
    }
}
