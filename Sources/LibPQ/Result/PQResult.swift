/// What a statement returned: zero or more rows, and how many it touched.
///
/// Values stay in libpq's memory and are decoded when asked for. A result outlives its connection.
public struct PQResult: Sendable {
    /// A column of a result.
    public struct Column: Sendable, Hashable {
        /// The name of the column; several may have the same name.
        public let name: String
        /// The OID of the column's type; of a domain, the type below it.
        public let typeOID: UInt32
    }

    let storage: ResultStorage

    /// The columns in order; empty for a statement that returns no rows.
    public var columns: [Column] {
        (0..<storage.columnCount).map {
            Column(name: storage.name(column: $0), typeOID: storage.typeOID(column: $0))
        }
    }

    /// Counts the rows that the command inserted, updated, deleted, copied or returned.
    public var affectedRows: Int { storage.affectedRows }

    /// The server's word for what was done, such as `INSERT 0 1`.
    public var commandTag: String { storage.commandTag }

    /// Decodes every row by position.
    ///
    /// - Parameter types: One type per column, in order.
    /// - Returns: One tuple per row.
    /// - Throws: ``PQError`` with ``PQError/Code/decoding`` or, for a wrong number of columns,
    ///   ``PQError/Code/misuse``.
    public func decode<each Value: PQDecodable>(
        as types: repeat (each Value).Type
    ) throws(PQError) -> [(repeat each Value)] {
        var rows: [(repeat each Value)] = []
        rows.reserveCapacity(count)
        for row in self { rows.append(try row.decode(as: repeat each types)) }
        return rows
    }
}

extension PQResult: RandomAccessCollection {
    /// Always 0.
    public var startIndex: Int { 0 }
    /// Counts the rows.
    public var endIndex: Int { storage.rowCount }

    /// The row at an index; an index out of range is a programming error and traps.
    public subscript(index: Int) -> PQRow {
        precondition(index >= 0 && index < storage.rowCount, "The result has no row \(index).")
        return PQRow(storage: storage, index: index)
    }
}

extension PQResult: CustomStringConvertible {
    /// The command tag and the number of rows, never values.
    public var description: String { "\(commandTag): \(count) rows" }
}
