extension BackOpsError {
    /// A kind of error.
    ///
    /// A struct rather than an enum, so that a new kind does not break an exhaustive `switch`.
    ///
    /// ## Topics
    ///
    /// ### What was given
    /// - ``invalidArgument``
    /// - ``invalidGlobals``
    /// - ``invalidPlan``
    /// - ``invalidName``
    /// - ``invalidConfiguration``
    /// - ``duplicateDefinition``
    /// - ``limitExceeded``
    /// - ``misuse``
    ///
    /// ### What is there
    /// - ``noSuchOperation``
    /// - ``wrongState``
    /// - ``unknownJumpTarget``
    /// - ``conflict``
    /// - ``noPermission``
    ///
    /// ### In an action
    /// - ``missingGlobal``
    /// - ``globalTypeMismatch``
    /// - ``actionEnded``
    /// - ``staleClaim``
    /// - ``stepLimit``
    /// - ``completionRefused``
    ///
    /// ### The database
    /// - ``databaseUnavailable``
    /// - ``unknownCommit``
    /// - ``timedOut``
    /// - ``cancelled``
    /// - ``schemaMissing``
    /// - ``schemaTooOld``
    /// - ``schemaTooNew``
    /// - ``schemaModified``
    /// - ``unsupportedEncoding``
    /// - ``databaseError``
    /// - ``unexpectedAnswer``
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, CaseIterable {
            case invalidArgument, invalidGlobals, invalidPlan, invalidName, invalidConfiguration
            case duplicateDefinition, limitExceeded, misuse
            case noSuchOperation, wrongState, unknownJumpTarget, conflict, noPermission
            case missingGlobal, globalTypeMismatch, actionEnded, staleClaim, stepLimit, completionRefused
            case databaseUnavailable, unknownCommit, timedOut, cancelled
            case schemaMissing, schemaTooOld, schemaTooNew, schemaModified, unsupportedEncoding
            case databaseError, unexpectedAnswer
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// All codes, for tests that must leave none out.
        package static var allCases: [Code] { Kind.allCases.map { Code($0) } }

        /// Whether no repetition can mend it: a mistake of the program, or of the globals that it was given.
        ///
        /// An action that throws such an error fails its operation at once, unless its ``RetryPolicy`` says otherwise.
        public var isPermanent: Bool {
            switch kind {
            case .invalidArgument, .invalidGlobals, .invalidPlan, .invalidName, .invalidConfiguration,
                .duplicateDefinition, .limitExceeded, .misuse, .unknownJumpTarget, .missingGlobal,
                .globalTypeMismatch, .actionEnded:
                true
            case .noSuchOperation, .wrongState, .conflict, .noPermission, .staleClaim, .stepLimit,
                .completionRefused, .databaseUnavailable, .unknownCommit, .timedOut, .cancelled,
                .schemaMissing, .schemaTooOld, .schemaTooNew, .schemaModified, .unsupportedEncoding,
                .databaseError,
                .unexpectedAnswer:
                false
            }
        }

        /// The code's name, as it is written in Swift.
        public var description: String { kind.rawValue }

        /// A value that was given to a call cannot be used.
        public static let invalidArgument = Code(.invalidArgument)
        /// The globals, or a value among them, cannot be stored as JSON, or do not hold what the plan reads from them.
        public static let invalidGlobals = Code(.invalidGlobals)
        /// A plan of branches and actions cannot be run.
        public static let invalidPlan = Code(.invalidPlan)
        /// The name of an operation, a branch or an action cannot be used.
        public static let invalidName = Code(.invalidName)
        /// A setting is out of its range, or a connection string cannot be understood.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// Two definitions have the same name.
        public static let duplicateDefinition = Code(.duplicateDefinition)
        /// Something is larger or nests deeper than BackOps or PostgreSQL takes.
        public static let limitExceeded = Code(.limitExceeded)
        /// The call makes no sense here, for instance one of a client that was closed.
        public static let misuse = Code(.misuse)

        /// No operation has that id.
        public static let noSuchOperation = Code(.noSuchOperation)
        /// An operation, or a queue, is in a state that does not allow this.
        public static let wrongState = Code(.wrongState)
        /// A jump names a branch or an action that the operation does not have, or a decision such an approval.
        public static let unknownJumpTarget = Code(.unknownJumpTarget)
        /// Somebody else was at the same rows at the same moment: nothing was done, and the call can be repeated at once.
        public static let conflict = Code(.conflict)
        /// The database does not let this role in, or does not let it do that.
        public static let noPermission = Code(.noPermission)

        /// A required global is not set.
        public static let missingGlobal = Code(.missingGlobal)
        /// A global is set, but is not of the type that was asked for.
        public static let globalTypeMismatch = Code(.globalTypeMismatch)
        /// A context was used after its action had ended.
        public static let actionEnded = Code(.actionEnded)
        /// A worker no longer holds the job that it wrote to.
        public static let staleClaim = Code(.staleClaim)
        /// An operation completed more actions than its step limit, most likely in an endless loop.
        public static let stepLimit = Code(.stepLimit)
        /// PostgreSQL refused to store that an action completed: a trigger or a constraint of your own raised an error.
        public static let completionRefused = Code(.completionRefused)

        /// The database cannot be reached, or takes no writes for now: the call can be repeated when it does.
        ///
        /// When the connection was lost during the call, it may have taken effect: enqueue again with the same key.
        public static let databaseUnavailable = Code(.databaseUnavailable)
        /// The connection was lost during a commit, so nobody knows whether it took effect.
        public static let unknownCommit = Code(.unknownCommit)
        /// Something took longer than it was allowed to.
        public static let timedOut = Code(.timedOut)
        /// Somebody cancelled the statement, which had no effect.
        public static let cancelled = Code(.cancelled)
        /// The database has no BackOps schema.
        public static let schemaMissing = Code(.schemaMissing)
        /// The schema is older than this program needs: `backops migrate up` brings it forward.
        public static let schemaTooOld = Code(.schemaTooOld)
        /// The schema is newer than this program knows.
        public static let schemaTooNew = Code(.schemaTooNew)
        /// Somebody has changed or dropped a part of the schema, or it was taken from a program that no release is.
        public static let schemaModified = Code(.schemaModified)
        /// The database's encoding is not UTF8, and cannot hold what BackOps stores.
        public static let unsupportedEncoding = Code(.unsupportedEncoding)
        /// PostgreSQL refused a statement for another reason, such as a trigger of your own; ``BackOpsError/underlying`` says which.
        public static let databaseError = Code(.databaseError)
        /// The database answered something that this version of BackOps cannot read.
        public static let unexpectedAnswer = Code(.unexpectedAnswer)
    }
}
