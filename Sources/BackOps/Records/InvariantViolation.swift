package import LibPQ

/// Describes one row that must not be: something was lost, done twice, or changed by hand.
///
/// `SELECT * FROM backops.invariants()` gives them in psql; the comment on that function lists the invariants.
public struct InvariantViolation: Sendable, Hashable {
    /// Names the invariant that is broken: `active_means_one_job`.
    public let invariant: String

    /// The operation; nil where it is about none.
    public let operationID: Int64?

    /// The position of the action in its operation; nil where it is about none.
    public let position: Int?

    /// The worker; nil where it is about none.
    public let workerID: Int64?

    /// Says what was found.
    public let detail: String

    /// Says what to do.
    public let advice: String
}

extension InvariantViolation: CustomStringConvertible {
    /// One line: the invariant, the ids, and what was found.
    public var description: String {
        var place: [String] = []
        if let operationID { place.append("operation \(operationID)") }
        if let position { place.append("position \(position)") }
        if let workerID { place.append("worker \(workerID)") }
        return ([invariant] + (place.isEmpty ? [] : [place.joined(separator: " ")]) + [detail]).joined(
            separator: ": "
        )
    }
}

extension InvariantViolation {
    package init(_ row: PQRow) throws(PQError) {
        invariant = try row.decode(0)
        operationID = try row.decode(1)
        position = try row.decode(2, as: Int32?.self).map { Int($0) }
        workerID = try row.decode(3)
        detail = try row.decode(4)
        advice = try row.decode(5)
    }
}
