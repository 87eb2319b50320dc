/// An error between this process and PostgreSQL.
///
/// ``description`` is one sentence that is safe to show; ``debugDescription`` adds everything that the server
/// said and the statement's text. Neither holds bound values, and neither holds a password.
///
/// ## Topics
/// - ``code``
/// - ``sqlState``
/// - ``isTransient``
/// - ``isConflict``
public struct PQError: Error, Sendable {
    /// One reference, so that a `Result` or a typed throw moves a pointer and not twelve strings.
    private final class Storage: Sendable {
        let code: Code
        let fields: PQErrorFields
        let statement: String?

        init(code: Code, fields: PQErrorFields, statement: String?) {
            self.code = code
            self.fields = fields
            self.statement = statement
        }
    }

    private let storage: Storage

    /// Makes an error of this module's own, with a sentence that names no value and no password.
    ///
    /// - Parameters:
    ///   - code: What kind of error it is.
    ///   - message: The sentence that ``description`` shows.
    ///   - sqlState: The server's state, if there is one.
    public init(_ code: Code, _ message: String, sqlState: SQLState? = nil) {
        self.init(code, fields: PQErrorFields(sqlState: sqlState, message: message), statement: nil)
    }

    init(_ code: Code, fields: PQErrorFields, statement: String?) {
        storage = Storage(code: code, fields: fields, statement: statement)
    }

    /// The kind of error.
    public var code: Code { storage.code }
    /// The server's state; nil where the server did not speak.
    public var sqlState: SQLState? { storage.fields.sqlState }
    /// The severity in English: `ERROR`, `FATAL` or `PANIC`.
    public var severity: String? { storage.fields.severity }
    /// The primary message, in the server's language.
    public var message: String { storage.fields.message }
    /// The detail.
    ///
    /// It may quote values of the row concerned, so show it to people who may see data.
    public var detail: String? { storage.fields.detail }
    /// The server's advice.
    public var hint: String? { storage.fields.hint }
    /// The name of the constraint that was broken.
    public var constraint: String? { storage.fields.constraint }
    /// The name of the schema of the table concerned.
    public var schema: String? { storage.fields.schema }
    /// The name of the table concerned.
    public var table: String? { storage.fields.table }
    /// The name of the column concerned; for ``Code/decoding`` the result's column.
    public var column: String? { storage.fields.column }
    /// The call stack of server functions, innermost first.
    public var context: String? { storage.fields.context }
    /// The place in the statement's text, in characters from 1.
    public var position: Int? { storage.fields.position }
    /// The text of the statement, without the bound values.
    public var statement: String? { storage.statement }

    /// Whether the same work may succeed if it is simply tried again on a fresh connection.
    ///
    /// After ``Code/unknownCommit`` first find out what became of the work: this is false for it.
    public var isTransient: Bool {
        switch code {
        case .connectionLost, .poolExhausted: true
        // Nobody there may change; a wrong password or database, which the server says, hardly will.
        case .connectionFailed: sqlState?.isTransient ?? true
        case .server: sqlState?.isTransient ?? false
        default: false
        }
    }

    /// Whether the server ended the transaction because of another one, and expects that it is run again: a serialization
    /// failure or a deadlock.
    public var isConflict: Bool {
        code == .server && (sqlState == .serializationFailure || sqlState == .deadlockDetected)
    }
}

/// What PostgreSQL's error and notice messages are made of.
struct PQErrorFields: Sendable {
    var severity: String?
    var sqlState: SQLState?
    var message = ""
    var detail: String?
    var hint: String?
    var constraint: String?
    var schema: String?
    var table: String?
    var column: String?
    var context: String?
    var position: Int?
    /// The server's C function that raised it: unlike the message it is not translated.
    var function: String?

    /// Whether the server ends the connection with it.
    var endsConnection: Bool { severity == "FATAL" || severity == "PANIC" }
}

extension PQError {
    var fields: PQErrorFields { storage.fields }

    /// Returns the same error with another meaning, keeping what the server said.
    func with(code: Code, message: String? = nil) -> PQError {
        var fields = storage.fields
        if let message { fields.message = message }
        return PQError(code, fields: fields, statement: storage.statement)
    }

    /// Adds which of the server's settings was the limit, where one was.
    func namingLimit() -> PQError {
        PQError(code, fields: storage.fields.namingLimit(), statement: storage.statement)
    }

    func with(statement: String) -> PQError {
        storage.statement == nil ? PQError(code, fields: storage.fields, statement: statement) : self
    }

    func with(column: String) -> PQError {
        var fields = storage.fields
        fields.column = column
        fields.message = "Column \"\(column)\": \(fields.message)"
        return PQError(code, fields: fields, statement: storage.statement)
    }
}

extension PQError: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The message, and the hint if there is one.
    public var description: String {
        guard let hint, !hint.isEmpty else { return message }
        return "\(message) (\(hint))"
    }

    /// Code, state, every field of the server's message and the statement's text.
    public var debugDescription: String {
        var lines = ["PQError.\(code): \(message)"]
        func add(_ name: String, _ value: String?) {
            if let value { lines.append("  \(name): \(value)") }
        }
        add("severity", severity)
        add("sqlstate", sqlState?.rawValue)
        add("detail", detail)
        add("hint", hint)
        add("schema", schema)
        add("table", table)
        add("column", column)
        add("constraint", constraint)
        add("position", position.map(String.init))
        add("context", context)
        add("statement", statement)
        return lines.joined(separator: "\n")
    }

    /// For `dump`, the code and the message, nothing more.
    public var customMirror: Mirror {
        Mirror(self, children: ["code": code, "message": message], displayStyle: .struct)
    }
}
