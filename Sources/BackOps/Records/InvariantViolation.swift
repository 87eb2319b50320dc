package import LibPQ

/// A row that must not be: something was lost, done twice, or changed by hand.
///
/// `SELECT * FROM backops.invariants()` gives them in psql; the comment on that function lists the invariants.
public struct InvariantViolation: Sendable, Hashable, Codable {
    /// The name of the invariant that is broken: `active_means_one_job`.
    public let invariant: String

    /// The operation; nil where it is about none.
    public let operationID: Int64?

    /// The position of the action in its operation; nil where it is about none.
    public let position: Int?

    /// The worker; nil where it is about none.
    public let workerID: Int64?

    /// What was found.
    public let detail: String

    /// What to do.
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
    package enum Column: String, SelectList {
        case invariant
        case operationID = "operation_id"
        case position
        case workerID = "worker_id"
        case detail, advice
    }

    package init(_ row: PQRow) throws(PQError) {
        invariant = try row.decode(Column.invariant)
        operationID = try row.decode(Column.operationID)
        position = try row.intIfAny(Column.position)
        workerID = try row.decode(Column.workerID)
        detail = try row.decode(Column.detail)
        advice = try row.decode(Column.advice)
    }
}
