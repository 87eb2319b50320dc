/// One row of a result.
public struct PQRow: Sendable {
    let storage: ResultStorage
    let index: Int

    /// Whether a column is NULL; false for a column that is not there.
    public func isNull(_ column: Int) -> Bool {
        column >= 0 && column < storage.columnCount && storage.isNull(row: index, column: column)
    }

    /// Whether a column is NULL; false for a column that is not there.
    public func isNull(_ column: String) -> Bool {
        storage.column(named: column).map(isNull) ?? false
    }

    /// Decodes a column by its position from 0.
    ///
    /// - Parameters:
    ///   - column: The position.
    ///   - type: The type to read; an `Optional` where NULL may come.
    /// - Returns: The value.
    /// - Throws: ``PQError`` with ``PQError/Code/decoding``, naming the column, or with
    ///   ``PQError/Code/misuse`` if there is no such column.
    public func decode<Value: PQDecodable>(
        _ column: Int,
        as type: Value.Type = Value.self
    ) throws(PQError) -> Value {
        guard column >= 0, column < storage.columnCount else {
            throw PQError(.misuse, "The result has no column \(column), but \(storage.columnCount) columns.")
        }
        return try storage.decode(row: index, column: column, as: type)
    }

    /// Decodes a column by its exact name; of several with the same name the first.
    ///
    /// - Parameters:
    ///   - column: The name.
    ///   - type: The type to read; an `Optional` where NULL may come.
    /// - Returns: The value.
    /// - Throws: ``PQError`` with ``PQError/Code/decoding``, naming the column, or with
    ///   ``PQError/Code/misuse`` if there is no such column.
    public func decode<Value: PQDecodable>(
        _ column: String,
        as type: Value.Type = Value.self
    ) throws(PQError) -> Value {
        guard let position = storage.column(named: column) else {
            throw PQError(.misuse, "The result has no column \"\(column)\".")
        }
        return try storage.decode(row: index, column: position, as: type)
    }

    /// Decodes all columns by position: `let (id, name) = try row.decode(as: Int64.self, String?.self)`.
    ///
    /// - Parameter types: One type per column, in order.
    /// - Returns: The values.
    /// - Throws: ``PQError`` with ``PQError/Code/decoding``, or with ``PQError/Code/misuse`` if the number of
    ///   types is not that of the columns.
    public func decode<each Value: PQDecodable>(
        as types: repeat (each Value).Type
    ) throws(PQError) -> (repeat each Value) {
        var wanted = 0
        for _ in repeat (each types) { wanted += 1 }
        guard wanted == storage.columnCount else {
            throw PQError(.misuse, "\(wanted) types were given for \(storage.columnCount) columns.")
        }
        var column = 0
        func next<Next: PQDecodable>(_ type: Next.Type) throws(PQError) -> Next {
            defer { column += 1 }
            return try storage.decode(row: index, column: column, as: type)
        }
        return (repeat try next(each types))
    }
}
