extension BackOpsError {
    /// Names a kind of error.
    ///
    /// A struct rather than an enum, so that a new kind does not break an exhaustive `switch`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case missingGlobal, globalTypeMismatch, invalidGlobals
            case unknownJumpTarget, actionEnded, stepLimit, timedOut
            case invalidPlan, invalidName, duplicateDefinition, invalidConfiguration
            case staleClaim, noSuchOperation, wrongState, unknownCommit, completionRefused
            case databaseUnavailable, schemaMissing, schemaVersionMismatch, unsupportedEncoding
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// Whether no repetition can mend it: a mistake of the program, or of the globals that it was given.
        ///
        /// An action that throws such an error fails its operation at once, unless its ``RetryPolicy`` says otherwise.
        public var isPermanent: Bool {
            switch kind {
            case .missingGlobal, .globalTypeMismatch, .invalidGlobals, .unknownJumpTarget, .actionEnded,
                .invalidPlan, .invalidName, .duplicateDefinition, .invalidConfiguration:
                true
            case .stepLimit, .timedOut, .staleClaim, .noSuchOperation, .wrongState, .unknownCommit,
                .completionRefused, .databaseUnavailable, .schemaMissing, .schemaVersionMismatch,
                .unsupportedEncoding:
                false
            }
        }

        /// The code's name, as it is written in Swift.
        public var description: String { kind.rawValue }

        /// A required global is not set.
        public static let missingGlobal = Code(.missingGlobal)
        /// A global is set, but is not of the type that was asked for.
        public static let globalTypeMismatch = Code(.globalTypeMismatch)
        /// The globals, or a value among them, cannot be stored as JSON.
        public static let invalidGlobals = Code(.invalidGlobals)

        /// A jump names a branch or an action that the operation does not have.
        public static let unknownJumpTarget = Code(.unknownJumpTarget)
        /// A context was used after its action had ended.
        public static let actionEnded = Code(.actionEnded)
        /// An operation completed more actions than its step limit, most likely in an endless loop.
        public static let stepLimit = Code(.stepLimit)
        /// Something took longer than it was allowed to.
        public static let timedOut = Code(.timedOut)

        /// A plan of branches and actions cannot be run.
        public static let invalidPlan = Code(.invalidPlan)
        /// The name of an operation, a branch or an action cannot be used.
        public static let invalidName = Code(.invalidName)
        /// Two definitions have the same name.
        public static let duplicateDefinition = Code(.duplicateDefinition)
        /// A setting is out of its range.
        public static let invalidConfiguration = Code(.invalidConfiguration)

        /// A worker no longer holds the job that it wrote to.
        public static let staleClaim = Code(.staleClaim)
        /// No operation has that id.
        public static let noSuchOperation = Code(.noSuchOperation)
        /// An operation is in a state that does not allow this.
        public static let wrongState = Code(.wrongState)
        /// The connection was lost during a commit, so nobody knows whether it took effect.
        public static let unknownCommit = Code(.unknownCommit)

        /// PostgreSQL refused to store that an action completed: a trigger or a constraint of your own raised an error.
        public static let completionRefused = Code(.completionRefused)

        /// The database cannot be reached.
        public static let databaseUnavailable = Code(.databaseUnavailable)
        /// The database has no BackOps schema.
        public static let schemaMissing = Code(.schemaMissing)
        /// The schema's version is not the one that this program needs.
        public static let schemaVersionMismatch = Code(.schemaVersionMismatch)
        /// The database's encoding is not UTF8, and cannot hold what BackOps stores.
        public static let unsupportedEncoding = Code(.unsupportedEncoding)
    }
}
