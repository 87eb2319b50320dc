extension PQError {
    /// A kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, CaseIterable {
            case invalidOptions, connectionFailed, connectionLost, server, cancelled, timedOut, decoding
            case poolClosed, poolExhausted, misuse, unknownCommit, pipelineAborted
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// All codes, for tests that must leave none out.
        package static var allCases: [Code] { Kind.allCases.map { Code($0) } }

        /// The code's name.
        public var description: String { kind.rawValue }

        /// The connection string cannot be understood; trying again will not help.
        public static let invalidOptions = Code(.invalidOptions)
        /// No connection could be made: nobody there, not in time, or the server refused it.
        public static let connectionFailed = Code(.connectionFailed)
        /// The connection ended, or had ended before, or a standby refused a write and the connection was given up: the server
        /// that takes writes is another one now.
        ///
        /// A statement that was under way outside a transaction block may or may not have taken effect.
        public static let connectionLost = Code(.connectionLost)
        /// The server refused the statement, which had no effect.
        ///
        /// ``PQError/sqlState`` says why.
        public static let server = Code(.server)
        /// The statement was cancelled at this side's request.
        ///
        /// It had no effect.
        public static let cancelled = Code(.cancelled)
        /// The time allowed ran out.
        ///
        /// If the connection is still usable the statement had no effect; if it is not, the statement may
        /// have taken effect.
        public static let timedOut = Code(.timedOut)
        /// A value is not of the type asked for, or NULL where none is allowed.
        public static let decoding = Code(.decoding)
        /// The pool was closed.
        public static let poolClosed = Code(.poolClosed)
        /// No connection of the pool became free in time.
        public static let poolExhausted = Code(.poolExhausted)
        /// The call makes no sense here, for instance a transaction used after its end.
        public static let misuse = Code(.misuse)
        /// The connection ended while COMMIT was under way, or the commit is not known to be replicated: the
        /// transaction may or may not have taken effect, and may not survive a failover.
        public static let unknownCommit = Code(.unknownCommit)
        /// The statement was skipped or undone because another one of its pipeline failed.
        public static let pipelineAborted = Code(.pipelineAborted)
    }
}
