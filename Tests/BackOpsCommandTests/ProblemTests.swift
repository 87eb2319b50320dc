import BackOps
import LibPQ
import Testing

@testable import BackOpsCommand

@Suite struct `An error` {
    private static let statuses: [BackOpsError.Code: ProgramStatus] = [
        .invalidArgument: .usage, .invalidGlobals: .usage, .invalidPlan: .usage, .invalidName: .usage,
        .invalidConfiguration: .usage, .limitExceeded: .usage, .unknownJumpTarget: .usage,
        .noSuchOperation: .noSuchOperation, .conflict: .conflict, .noPermission: .noPermission,
        .databaseUnavailable: .databaseUnreachable, .unknownCommit: .databaseUnreachable,
        .timedOut: .timedOut, .schemaMissing: .schemaMismatch, .schemaTooOld: .schemaMismatch,
        .schemaTooNew: .schemaMismatch, .schemaModified: .schemaMismatch,
        .unsupportedEncoding: .schemaMismatch,
    ]

    @Test(arguments: BackOpsError.Code.allCases)
    func `of the library has its exit code, and says its message`(code: BackOpsError.Code) {
        let problem = Problem(BackOpsError(code, message: "It is so."))
        #expect(problem?.status == Self.statuses[code] ?? .error)
        #expect(problem?.message == "It is so.")
    }

    @Test(arguments: [
        (PQError(.connectionFailed, "nobody there"), ProgramStatus.databaseUnreachable),
        (PQError(.connectionFailed, "wrong password", sqlState: .invalidPassword), .noPermission),
        (PQError(.connectionLost, "gone"), .databaseUnreachable),
        (PQError(.server, "no right", sqlState: .insufficientPrivilege), .noPermission),
        (PQError(.server, "shutting down", sqlState: .adminShutdown), .databaseUnreachable),
        (PQError(.server, "syntax", sqlState: .syntaxError), .error),
        (PQError(.server, "not now", sqlState: .serializationFailure), .conflict),
        (PQError(.server, "deadlock", sqlState: .deadlockDetected), .conflict),
        (PQError(.server, "locked", sqlState: .lockNotAvailable), .conflict),
        (PQError(.unknownCommit, "gone"), .databaseUnreachable),
        (PQError(.timedOut, "late"), .databaseUnreachable),
        (PQError(.invalidOptions, "what"), .usage),
    ])
    func `of the database has its exit code, also inside one of the library`(
        error: PQError,
        status: ProgramStatus
    ) {
        #expect(Problem(error)?.status == status)
        let wrapped = BackOpsError(refusing: error)
        #expect(Problem(wrapped)?.status == status)
    }

    @Test func `is a sentence, and advice behind it`() {
        #expect(
            Problem(.error, "it broke", advice: "Mend it.").text(for: "backops")
                == "backops: it broke. Mend it.\n"
        )
        #expect(
            Problem(.error, "it broke!", advice: "Mend it.").text(for: "shop") == "shop: it broke! Mend it.\n"
        )
        #expect(Problem.silent(.checkFailed).text(for: "backops").isEmpty)
    }
}

@Suite struct `A suggestion` {
    private static let names = ["migrate", "enqueue", "list", "show", "retry", "cancel", "jump"]

    @Test(arguments: [
        ("migrat", "migrate"), ("lst", "list"), ("lits", "list"), ("shwo", "show"), ("ENQUEUE", "enqueue"),
        ("retyr", "retry"),
    ])
    func `is the name with the fewest differences`(word: String, name: String) {
        #expect(Spelling.nearest(to: word, in: Self.names) == name)
    }

    @Test(arguments: ["frobnicate", "x", ""])
    func `is not made when nothing is near`(word: String) {
        #expect(Spelling.nearest(to: word, in: Self.names) == nil)
    }
}
