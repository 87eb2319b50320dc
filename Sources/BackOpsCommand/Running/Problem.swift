import BackOps
import BackOpsPrometheus
import DevPostgres
import LibPQ

/// What a person is told when a command cannot do what it should: a sentence, what to do next, and an exit code.
package struct Problem: Error, Hashable {
    package let status: ProgramStatus
    package let message: String
    package var advice: String?

    package init(_ status: ProgramStatus, _ message: String, advice: String? = nil) {
        self.status = status
        self.message = message
        self.advice = advice
    }

    /// The end of a command that has said everything already.
    package static func silent(_ status: ProgramStatus) -> Problem { Problem(status, "") }

    /// The lines for standard error.
    func text(for program: String, width: Int? = nil) -> String {
        guard !message.isEmpty else { return "" }
        var text = Sanitised.lines(message)
        if let advice {
            if let last = text.last, !".!?".contains(last) { text += "." }
            text += " " + Sanitised.lines(advice)
        }
        return WrappedText.text("\(program): \(text)", width)
    }
}

extension Problem {
    /// Finds the words and the code for an error; nil for those of the argument parser, which has its own.
    init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as BackOpsError: self.init(error)
        case let error as PQError: self.init(error)
        case let error as DevPostgresError: self.init(.error, error.description)
        case let error as MonitoringServerError: self.init(.error, error.description)
        case let error as ArgumentError: self.init(.usage, error.description)
        case is CancellationError: self = .silent(.interrupted)
        default: return nil
        }
    }

    private init(_ error: BackOpsError) {
        let cause = error.underlying as? PQError
        let message = CommandAdvice.text(error.message, id: error.operationID)
        switch error.code {
        case .noSuchOperation:
            self.init(.noSuchOperation, message, advice: "See `\(Program.name) list`.")
        case .schemaMissing, .schemaTooOld, .schemaTooNew, .schemaModified, .unsupportedEncoding:
            self.init(.schemaMismatch, message)
        case .wrongState: self.init(.error, message)
        case .conflict: self.init(.conflict, message)
        case .invalidArgument, .invalidGlobals, .invalidPlan, .invalidName, .limitExceeded,
            .unknownJumpTarget:
            self.init(.usage, message)
        case .noPermission where cause == nil: self.init(.noPermission, message)
        case .unknownCommit:
            self.init(
                .databaseUnreachable,
                message,
                advice: "Look whether it was done before you repeat it: `\(Program.name) list`."
            )
        // Of what PostgreSQL itself says, its state tells more.
        case _ where cause != nil: self = cause.map(Problem.init) ?? .silent(.error)
        case .timedOut: self.init(.timedOut, message)
        case .databaseUnavailable: self.init(.databaseUnreachable, message)
        case .invalidConfiguration: self.init(.usage, message)
        default: self.init(.error, message)
        }
    }

    private init(_ error: PQError) {
        let state = error.sqlState
        if state == .insufficientPrivilege || state?.isClass("28") == true {
            self.init(
                .noPermission,
                error.description,
                advice:
                    "Connect as another role (--database, PGUSER), or ask the owner of the schema for the right."
            )
        } else if error.code == .invalidOptions {
            self.init(
                .usage,
                error.description,
                advice: "See --database and the variable BACKOPS_DATABASE_URL."
            )
        } else if state == .duplicatePreparedStatement || state == .invalidStatementName {
            self.init(
                .error,
                error.description,
                advice:
                    "A pooler in transaction mode does that: use --no-prepared-statements, or BACKOPS_PREPARED_STATEMENTS=off."
            )
        } else if error.isConflict || state == .lockNotAvailable {
            self.init(
                .conflict,
                error.description,
                advice: "Somebody else was at the same rows: run it again."
            )
        } else if error.isAboutReachability {
            self.init(
                .databaseUnreachable,
                error.description,
                advice:
                    "Is it running, and is the address right (--database, BACKOPS_DATABASE_URL, PGHOST, PGPORT)?"
            )
        } else {
            self.init(.error, error.description)
        }
    }
}

extension PQError {
    fileprivate var isAboutReachability: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .timedOut, .poolExhausted, .unknownCommit: true
        default: sqlState?.isConnectionException == true
        }
    }
}
