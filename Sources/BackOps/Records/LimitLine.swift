import LibPQ

/// A limit, or one key of it, that somebody holds a slot of or waits for: a row of the view `limit_lines`.
public struct LimitLine: Sendable, Hashable, Codable {
    /// What is limited.
    public let name: String
    /// The value of the global by which it is counted; nil where it has no keys, and for operations without that global.
    ///
    /// One that is long or secret stands as a hash.
    public let key: String?
    /// How many may run at once; nil is any number.
    public let maximum: Int?
    /// How many slots are held, with those that were given back since the last claim.
    public let holding: Int
    /// How many operations wait in line.
    public let waiting: Int
    /// The name, and behind a slash the key, as explanations have it.
    public let gate: String
}

extension LimitLine {
    package enum Column: String, SelectList {
        case name, key, maximum, holding, waiting, gate
    }

    init(_ row: PQRow) throws(PQError) {
        name = try row.decode(Column.name)
        key = try row.decode(Column.key)
        maximum = try row.intIfAny(Column.maximum)
        holding = try row.int(Column.holding)
        waiting = try row.int(Column.waiting)
        gate = try row.decode(Column.gate)
    }
}
