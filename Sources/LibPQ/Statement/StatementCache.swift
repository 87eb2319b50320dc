/// Remembers which statements a connection has prepared, and which to drop.
struct StatementCache {
    private struct Entry {
        var name: String
        var lastUse: UInt64
    }

    private let limit: Int
    private var entries: [SQLStatement.Shape: Entry] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0
    /// Statements that the server still has and nobody will use again.
    private(set) var retired: [String] = []

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var count: Int { entries.count }

    /// Returns the name under which the statement was prepared.
    mutating func name(of shape: SQLStatement.Shape) -> String? {
        uses += 1
        guard let index = entries.index(forKey: shape) else { return nil }
        entries.values[index].lastUse = uses
        return entries.values[index].name
    }

    /// Makes up a name that this connection has not used yet.
    mutating func makeName() -> String {
        names += 1
        return "pq\(names)"
    }

    /// Remembers a prepared statement, retiring the one unused for longest when there are too many.
    mutating func insert(_ shape: SQLStatement.Shape, name: String) {
        if entries.count >= limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            retired.append(oldest.value.name)
        }
        entries[shape] = Entry(name: name, lastUse: uses)
    }

    /// Forgets a statement that must be prepared again.
    mutating func remove(_ shape: SQLStatement.Shape, retire: Bool) {
        guard let entry = entries.removeValue(forKey: shape) else { return }
        if retire { retired.append(entry.name) }
    }

    /// Hands over the statements to drop.
    mutating func takeRetired() -> [String] {
        defer { retired = [] }
        return retired
    }
}
