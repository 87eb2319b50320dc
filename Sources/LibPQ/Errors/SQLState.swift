/// A condition, named by the five characters that PostgreSQL reports with every error.
///
/// Source: [PostgreSQL Error Codes](https://www.postgresql.org/docs/current/errcodes-appendix.html).
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The five characters, for instance `"23505"`.
    public let rawValue: String

    /// Makes a state from its five characters; unknown ones are kept as they are.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Makes a state from its five characters; unknown ones are kept as they are.
    public init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    /// The five characters.
    public var description: String { rawValue }

    /// Whether the state belongs to a class, named by its first two characters.
    public func isClass(_ prefix: String) -> Bool {
        rawValue.hasPrefix(prefix)
    }

    /// Whether the connection failed or ended: class 08 and the server's shutdown states.
    public var isConnectionException: Bool {
        isClass("08") || self == .adminShutdown || self == .crashShutdown || self == .cannotConnectNow
    }

    /// Whether the same work may succeed if it is simply tried again.
    ///
    /// True for lost connections, serialization failures, deadlocks, locks that were not available and
    /// exhausted resources (class 53: too many connections, disk or memory full).
    public var isTransient: Bool {
        isConnectionException || isClass("40") || isClass("53") || self == .lockNotAvailable
            || self == .databaseDropped
    }
}

extension SQLState {
    // Data and constraints.
    /// Reports a value that does not fit its type, as in `'x'::int`.
    public static let invalidTextRepresentation = SQLState("22P02")
    /// Reports a division by zero.
    public static let divisionByZero = SQLState("22012")
    /// Reports a NULL in a column that takes none.
    public static let notNullViolation = SQLState("23502")
    /// Reports a reference to a row that is not there.
    public static let foreignKeyViolation = SQLState("23503")
    /// Reports a second row with the same key.
    public static let uniqueViolation = SQLState("23505")
    /// Reports a row that breaks a CHECK constraint.
    public static let checkViolation = SQLState("23514")
    /// Reports a row that breaks an exclusion constraint.
    public static let exclusionViolation = SQLState("23P01")
    /// Reports an exception raised by `raise exception` without a state of its own.
    public static let raiseException = SQLState("P0001")

    // Transactions.
    /// Reports a write in a read-only transaction, as on a standby.
    public static let readOnlyTransaction = SQLState("25006")
    /// Reports a session that `idle_in_transaction_session_timeout` ended.
    public static let idleInTransactionTimeout = SQLState("25P03")
    /// Reports a transaction that `transaction_timeout` ended.
    public static let transactionTimeout = SQLState("25P04")
    /// Reports a statement in a transaction that an earlier error has ended.
    public static let inFailedTransaction = SQLState("25P02")
    /// Reports that concurrent transactions could not be put in an order; try again.
    public static let serializationFailure = SQLState("40001")
    /// Reports that nobody knows whether the statement was completed.
    public static let statementCompletionUnknown = SQLState("40003")
    /// Reports that this transaction was chosen to end a deadlock; try again.
    public static let deadlockDetected = SQLState("40P01")
    /// Reports a lock that could not be had at once or within `lock_timeout`.
    public static let lockNotAvailable = SQLState("55P03")

    // Names and rights.
    /// Reports a prepared statement that the server does not have.
    public static let invalidStatementName = SQLState("26000")
    /// Reports a prepared statement that the server has already.
    public static let duplicatePreparedStatement = SQLState("42P05")
    /// Reports a wrong password.
    public static let invalidPassword = SQLState("28P01")
    /// Reports a database that is not there.
    public static let undefinedDatabase = SQLState("3D000")
    /// Reports a schema that is not there.
    public static let invalidSchemaName = SQLState("3F000")
    /// Reports a statement that cannot be parsed.
    public static let syntaxError = SQLState("42601")
    /// Reports a missing right.
    public static let insufficientPrivilege = SQLState("42501")
    /// Reports a column that is not there.
    public static let undefinedColumn = SQLState("42703")
    /// Reports a type, collation or other object that is not there.
    public static let undefinedObject = SQLState("42704")
    /// Reports a function that is not there, or not for these argument types.
    public static let undefinedFunction = SQLState("42883")
    /// Reports a table that is not there.
    public static let undefinedTable = SQLState("42P01")
    /// Reports a table that is there already.
    public static let duplicateTable = SQLState("42P07")
    /// Reports a function that cannot be defined like this, among them one that would return something else than before.
    public static let invalidFunctionDefinition = SQLState("42P13")
    /// Reports a table or view that cannot be defined like this, among them a view that would lose a column.
    public static let invalidTableDefinition = SQLState("42P16")

    // The server.
    /// Reports a connection that ended while its commit was under way.
    public static let transactionResolutionUnknown = SQLState("08007")
    /// Reports something that the server does not do, among them a changed row type of a prepared plan.
    public static let featureNotSupported = SQLState("0A000")
    /// Reports that the server takes no more connections.
    public static let tooManyConnections = SQLState("53300")
    /// Reports a full disk.
    public static let diskFull = SQLState("53100")
    /// Reports a statement ended by a cancel request or by `statement_timeout`.
    public static let queryCanceled = SQLState("57014")
    /// Reports a connection ended by an administrator or by a shutdown.
    public static let adminShutdown = SQLState("57P01")
    /// Reports a connection ended because another server process crashed.
    public static let crashShutdown = SQLState("57P02")
    /// Reports a server that is starting up, shutting down or recovering.
    public static let cannotConnectNow = SQLState("57P03")
    /// Reports a session that `idle_session_timeout` ended.
    public static let idleSessionTimeout = SQLState("57P05")
    /// Reports a connection ended because its database was dropped.
    public static let databaseDropped = SQLState("57P04")
}
