/// Reports what BackOps itself refuses or cannot do.
///
/// An action that throws is not such an error: that is the outcome of an attempt, recorded with the action.
/// ``description`` is safe to show; ``debugDescription`` adds the underlying error.
///
/// ``code`` says what kind of error it is, and so what to do:
///
/// | what is the matter | codes | what to do |
/// | --- | --- | --- |
/// | a value that was given | ``Code/invalidArgument``, ``Code/invalidGlobals``, ``Code/limitExceeded``, ``Code/invalidPlan``, ``Code/invalidName`` … | give another one |
/// | another one was there at the same moment | ``Code/conflict`` | call again at once |
/// | a missing right | ``Code/noPermission`` | ask the owner of the schema, or connect as another role |
/// | something that is not there, or not so | ``Code/noSuchOperation``, ``Code/unknownJumpTarget``, ``Code/wrongState`` | look what there is |
/// | the database is away | ``Code/databaseUnavailable``, ``Code/timedOut`` | call again later |
/// | nobody knows whether it was done | ``Code/unknownCommit`` | look, or enqueue again with the same key |
/// | the schema | ``Code/schemaMissing``, ``Code/schemaTooOld``, ``Code/schemaTooNew``, ``Code/schemaModified`` | `backops migrate up`, or a newer program |
/// | anything else that PostgreSQL says | ``Code/databaseError`` | see ``underlying`` |
///
/// Two errors are equal when they have the same code and say the same about the same subject. Where they
/// happened (``operationID``, ``actionName``, ``attempt``) and ``underlying`` do not count.
public struct BackOpsError: Error, Sendable {
    /// The kind of error.
    public let code: Code

    /// The name of what the error is about: a global's key, a branch, an operation, a setting, an argument.
    public let subject: String?

    /// What is wrong, with the value, and what to do, in whole sentences.
    public let message: String

    /// The operation that was affected, when there is one.
    public var operationID: Int64?

    /// The action that was affected, when there is one.
    public var actionName: String?

    /// The attempt that was affected, counted from 1, when there is one.
    public var attempt: Int?

    /// The error that caused this one, when there is one.
    public var underlying: (any Error)?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: The kind of error.
    ///   - subject: The name of what it is about.
    ///   - message: Whole sentences: what is wrong, and what to do.
    ///   - underlying: The error that caused it.
    public init(_ code: Code, subject: String? = nil, message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.subject = subject
        self.message = message
        self.underlying = underlying
    }
}

extension BackOpsError: Equatable {
    /// Compares code, subject and message.
    public static func == (lhs: BackOpsError, rhs: BackOpsError) -> Bool {
        lhs.code == rhs.code && lhs.subject == rhs.subject && lhs.message == rhs.message
    }
}

extension BackOpsError: CustomStringConvertible, CustomDebugStringConvertible {
    /// The message, which is safe to show.
    public var description: String { message }

    /// The message with its code, where it happened, and the underlying error.
    public var debugDescription: String {
        var text = "BackOpsError.\(code): \(message)"
        if let operationID { text += " (operation \(operationID))" }
        if let actionName { text += " (action \(actionName))" }
        if let attempt { text += " (attempt \(attempt))" }
        if let underlying { text += " Underlying: \(String(reflecting: underlying))" }
        return text
    }
}
