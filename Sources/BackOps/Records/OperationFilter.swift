/// What a query asks for; everything that is given must hold.
package struct OperationFilter: Sendable {
    package var ids: [Int64]?
    package var names: [String]?
    package var states: [OperationState]?
    package var statuses: [OperationStatus]?
    package var globals: [UInt8]?
    package var fingerprint: String?
    package var queues: [String]?
    package var tags: [String]?
    package var since: Duration?
    package var until: Duration?
    package var order = OperationOrder.id
    package var isReversed = false
    /// The operation behind which, in that order, the reading begins.
    package var after: Int64?
}
