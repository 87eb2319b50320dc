package import LibPQ

extension SQLState {
    package static let unknownOperation = SQLState(rawValue: "OP002")
    package static let wrongState = SQLState(rawValue: "OP003")
    package static let invalidArgument = SQLState(rawValue: "OP004")
    package static let unknownTarget = SQLState(rawValue: "OP005")
    package static let unknownWorker = SQLState(rawValue: "OP006")
    package static let invalidTime = SQLState(rawValue: "OP007")
}

extension BackOpsError {
    /// Says in the words of the API what the database refused.
    package init(refusing error: PQError) {
        if let rule = ColumnRule(error.constraint) {
            // A function that names one of many operations has a hint; what PostgreSQL says of a column has none.
            let message = error.hint == nil ? rule.message : Self.sentences(error.message, error.hint)
            self.init(rule.code, subject: rule.column, message: message, underlying: error)
        } else {
            let code = Code(error)
            self.init(code, message: Self.message(code, error), underlying: error)
        }
    }

    /// Says why a completed action fails after all.
    package init(refusingCompletion error: PQError) {
        if ColumnRule(error.constraint) != nil || error.sqlState?.isClass("OP") == true {
            self.init(refusing: error)
            return
        }
        let state = error.sqlState.map { " (SQLSTATE \($0.rawValue))" } ?? ""
        self.init(
            .completionRefused,
            message: "PostgreSQL refused the action's completion\(state): \(error.message)",
            underlying: error
        )
    }

    /// Reports an answer without the row that it must have.
    static func noRow(_ call: String) -> BackOpsError {
        BackOpsError(.unexpectedAnswer, message: "The database gave no row for \(call).")
    }

    private static func message(_ code: Code, _ error: PQError) -> String {
        let words = sentences(error.message, error.hint)
        switch code {
        case .schemaMissing, .schemaTooOld:
            return
                "The database has no schema of BackOps under this name, or an older one (\(error.message)). Run `backops migrate up`."
        case .conflict where error.hint == nil:
            return "\(words) Somebody else was at the same rows: nothing was done, call again."
        case .unexpectedAnswer:
            return
                "\(words) Is the schema of the same version as this program? `backops migrate status` says so."
        default: return words
        }
    }

    /// What PostgreSQL writes as a fragment and a hint, as whole sentences.
    static func sentences(_ message: String, _ hint: String? = nil) -> String {
        [message, hint ?? ""].filter { !$0.isEmpty }.map { part in
            // An argument, a column or something in quotes stays as it is written.
            let isName = part.prefix { $0 != " " }.contains { !$0.isLowercase }
            let begun = isName ? part : part.prefix(1).uppercased() + part.dropFirst()
            return begun.last.map { ".!?;".contains($0) } == true ? begun : begun + "."
        }
        .joined(separator: " ")
    }
}

extension BackOpsError.Code {
    /// Finds the code for what the database or the connection to it reports.
    package init(_ error: PQError) {
        self =
            switch error.code {
            case .invalidOptions: .invalidConfiguration
            case .misuse, .poolClosed: .misuse
            case .decoding: .unexpectedAnswer
            case .cancelled: .cancelled
            case .unknownCommit: .unknownCommit
            case .timedOut: .timedOut
            case .poolExhausted: .databaseUnavailable
            case .connectionFailed, .connectionLost:
                error.sqlState.flatMap { Self(ofConnection: $0) } ?? .databaseUnavailable
            case .server, .pipelineAborted: Self(error.sqlState, of: error)
            default: .databaseError
            }
    }

    /// What kept the server from taking a connection, or made it end one; nil where it is simply away.
    private init?(ofConnection state: SQLState) {
        switch state {
        case .insufficientPrivilege: self = .noPermission
        case _ where state.isClass("28"): self = .noPermission
        case .idleInTransactionTimeout, .transactionTimeout: self = .timedOut
        default: return nil
        }
    }

    private init(_ state: SQLState?, of error: PQError) {
        // Inside a function something is missing that is not the engine's, such as what a trigger of the user's reads.
        let isOfStatement = error.context == nil
        self =
            switch state {
            case .unknownOperation: .noSuchOperation
            case .wrongState: .wrongState
            case .invalidArgument: .invalidArgument
            case .unknownTarget: .unknownJumpTarget
            case .unknownWorker: .staleClaim
            case .invalidTime: .invalidGlobals
            case .transactionResolutionUnknown, .statementCompletionUnknown: .unknownCommit
            case .lockNotAvailable: .conflict
            case let state? where state.isClass("40"): .conflict
            case .insufficientPrivilege: .noPermission
            case .undefinedTable where isOfStatement, .invalidSchemaName where isOfStatement: .schemaMissing
            case .undefinedFunction where isOfStatement, .undefinedColumn where isOfStatement: .schemaTooOld
            case .queryCanceled where error.message.hasSuffix("user request"): .cancelled
            case .queryCanceled, .idleInTransactionTimeout, .transactionTimeout: .timedOut
            case .readOnlyTransaction: .databaseUnavailable
            case let state? where state.isConnectionException: .databaseUnavailable
            case let state? where ["53", "57", "58"].contains(where: state.isClass): .databaseUnavailable
            case let state? where state.isClass("28"): .noPermission
            case let state? where state.isClass("22"): .invalidArgument
            case let state? where state.isClass("54"): .limitExceeded
            default: .databaseError
            }
    }
}
