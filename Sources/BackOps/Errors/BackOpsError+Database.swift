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
    init(refusing error: PQError) {
        let code = Code(refusing: error)
        let message = code == .schemaMissing ? Self.missing(error) : Self.sentence(error)
        self.init(code, subject: error.constraint, message: message, underlying: error)
    }

    /// Says why a completed action fails after all.
    init(refusingCompletion error: PQError) {
        let refusal = BackOpsError(refusing: error)
        guard refusal.code == .invalidConfiguration else {
            self = refusal
            return
        }
        let state = error.sqlState.map { " (SQLSTATE \($0.rawValue))" } ?? ""
        self.init(
            .completionRefused,
            subject: error.constraint,
            message: "PostgreSQL refused the action's completion\(state): \(error.message)",
            underlying: error
        )
    }

    private static func missing(_ error: PQError) -> String {
        "the database has no schema of BackOps under this name, or an older one (\(error.message)): run `backops migrate up`"
    }

    private static func sentence(_ error: PQError) -> String {
        switch error.constraint {
        case "operations_globals_are_an_object": "globals must be a JSON object"
        case "operations_globals_are_at_most_1_mib":
            "globals are larger than 1 MiB: keep large documents in a table of your own, and their key in the globals"
        case "operations_globals_are_at_most_512_deep":
            "arrays and objects in globals are nested more than \(JSON.depthLimit) deep: store such a document as text, or in a table of your own"
        case "operations_tags_are_a_list": "tags are a list of texts, none of them null"
        case "operations_name_is_valid":
            "the name of an operation has 1 to 200 characters, without \"/\" and control characters"
        case "operations_queue_is_valid": "the name of a queue is made of a-z, 0-9, dot, dash and underscore"
        case "operations_priority_is_0_to_9": "priority must be 0 to 9"
        case "operations_key_is_short": "a key has 1 to 500 characters, and at most 1500 bytes"
        case "operations_step_limit_is_positive": "the step limit must be 1 or more"
        case "operations_perform_at_is_finite": "the time to perform at must be finite"
        default: error.description
        }
    }
}

extension BackOpsError.Code {
    fileprivate init(refusing error: PQError) {
        self =
            switch error.sqlState {
            case .unknownOperation: .noSuchOperation
            case .wrongState: .wrongState
            case .invalidArgument, .invalidTime: .invalidPlan
            case .unknownTarget: .unknownJumpTarget
            case .unknownWorker: .staleClaim
            case .undefinedTable, .undefinedFunction, .invalidSchemaName: .schemaMissing
            case _ where error.constraint?.hasPrefix("operations_globals_") == true: .invalidGlobals
            case _ where error.code != .server || error.mayPass: .databaseUnavailable
            default: .invalidConfiguration
            }
    }
}
