internal import CLibPQ

/// Reads the fields of an error or a notice out of libpq's result.
enum ErrorFields {
    @unsafe static func read(_ result: OpaquePointer) -> PQErrorFields {
        unsafe PQErrorFields(
            severity: field(CLIBPQ_SEVERITY, of: result),
            sqlState: field(CLIBPQ_SQLSTATE, of: result).map { SQLState($0) },
            message: field(CLIBPQ_MESSAGE, of: result) ?? text(PQresultErrorMessage(result))?.trimmed ?? "",
            detail: field(CLIBPQ_DETAIL, of: result),
            hint: field(CLIBPQ_HINT, of: result),
            constraint: field(CLIBPQ_CONSTRAINT, of: result),
            schema: field(CLIBPQ_SCHEMA, of: result),
            table: field(CLIBPQ_TABLE, of: result),
            column: field(CLIBPQ_COLUMN, of: result),
            context: field(CLIBPQ_CONTEXT, of: result),
            position: field(CLIBPQ_POSITION, of: result).flatMap { Int($0) },
            function: field(CLIBPQ_FUNCTION, of: result)
        )
    }

    @unsafe private static func field(_ code: Int, of result: OpaquePointer) -> String? {
        unsafe text(PQresultErrorField(result, Int32(code)))
    }

    @unsafe private static func text(_ bytes: UnsafePointer<CChar>?) -> String? {
        unsafe bytes.map { unsafe String(cString: $0) }
    }
}
