import LibPQ

/// Writes the calls of the engine's SQL functions, which stand in `Migrations/Engine`.
///
/// Every name is qualified with the schema, and the functions pin their own search_path, so that nothing depends on
/// the state of a session.
package struct Engine: Sendable {
    package let schema: SchemaName

    package init(_ schema: SchemaName) {
        self.schema = schema
    }

    /// The schema as it stands before a dot.
    var name: String { schema.quoted }
}

/// One claim of one worker.
package struct Claim: Sendable, Hashable {
    package let operationID: Int64
    package let claimID: Int64

    package init(operationID: Int64, claimID: Int64) {
        self.operationID = operationID
        self.claimID = claimID
    }

    /// Reads the first two columns of a row, with which every answer about a claim begins.
    init(_ row: PQRow) throws(PQError) {
        self.init(operationID: try row.decode(0), claimID: try row.decode(1))
    }
}
