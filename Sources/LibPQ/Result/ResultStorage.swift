internal import CLibPQ

/// Owns a `PGresult`, from whose memory values are read when they are asked for.
///
/// `@unchecked Sendable`: libpq does not change a result once it has handed it over, and says that reading it
/// from several threads is fine. The class never writes to it, and clears it once, when nobody has it any more.
@safe final class ResultStorage: @unchecked Sendable {
    private let pointer: OpaquePointer
    let rowCount: Int
    let columnCount: Int

    @unsafe init(_ pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
        rowCount = Int(unsafe PQntuples(pointer))
        columnCount = Int(unsafe PQnfields(pointer))
    }

    deinit {
        unsafe PQclear(pointer)
    }

    var status: ExecStatusType { unsafe PQresultStatus(pointer) }

    var commandTag: String { unsafe text(PQcmdStatus(pointer)) ?? "" }

    /// The rows that the command touched or returned, 0 for those that count none.
    var affectedRows: Int { unsafe PQcmdTuples(pointer).flatMap { unsafe Int(String(cString: $0)) } ?? 0 }

    func typeOID(column: Int) -> UInt32 { unsafe PQftype(pointer, Int32(column)) }

    func name(column: Int) -> String { unsafe text(PQfname(pointer, Int32(column))) ?? "" }

    /// Finds a column by its exact name; libpq's own look-up folds case and undoes quotes.
    func column(named name: String) -> Int? {
        (0..<columnCount).first { self.name(column: $0).utf8.elementsEqual(name.utf8) }
    }

    func isNull(row: Int, column: Int) -> Bool {
        unsafe PQgetisnull(pointer, Int32(row), Int32(column)) != 0
    }

    func decode<Value: PQDecodable>(row: Int, column: Int, as type: Value.Type) throws(PQError) -> Value {
        if isNull(row: row, column: column) {
            guard let null = Value.sqlNull else {
                throw PQError(.decoding, "NULL cannot be read as \(Value.self).").with(
                    column: name(column: column)
                )
            }
            return null
        }
        let length = Int(unsafe PQgetlength(pointer, Int32(row), Int32(column)))
        let bytes = unsafe UnsafeRawBufferPointer(
            start: PQgetvalue(pointer, Int32(row), Int32(column)),
            count: length
        )
        do throws(PQError) {
            return try Value(decoding: unsafe bytes.bytes, type: typeOID(column: column))
        } catch {
            throw error.with(column: name(column: column))
        }
    }

    /// The fields of an error.
    var errorFields: PQErrorFields { unsafe ErrorFields.read(pointer) }

    @unsafe private func text(_ bytes: UnsafePointer<CChar>?) -> String? {
        unsafe bytes.map { unsafe String(cString: $0) }
    }
}
