/// Runs SQL statements within somebody's transaction.
///
/// A connection of any PostgreSQL client conforms in a few lines; what it runs commits or vanishes with the
/// transaction that it is in.
public protocol SQLExecutor: Sendable {
    /// Runs one statement.
    ///
    /// - Parameters:
    ///   - sql: The statement, with `$1`, `$2` … for its parameters.
    ///   - parameters: The parameters in PostgreSQL's text format; nil is NULL.
    /// - Returns: The rows, each with its columns in PostgreSQL's text format; none for a statement that
    ///   gives no rows.
    /// - Throws: What the connection throws; the transaction can only be rolled back then.
    @discardableResult
    func execute(_ sql: String, _ parameters: [String?]) async throws -> [[String?]]
}
