import BackOps
import LibPQ
import Testing

@testable import BackOpsCommand

@Suite struct `An error` {
    @Test(arguments: [
        (BackOpsError(.noSuchOperation, message: "there is no operation 1"), ProgramStatus.noSuchOperation),
        (BackOpsError(.wrongState, message: "it runs"), .error),
        (BackOpsError(.timedOut, message: "late"), .timedOut),
        (BackOpsError(.invalidGlobals, message: "no"), .usage),
        (BackOpsError(.unknownJumpTarget, message: "no"), .usage),
        (BackOpsError(.schemaMissing, message: "no"), .schemaMismatch),
        (BackOpsError(.schemaVersionMismatch, message: "no"), .schemaMismatch),
        (BackOpsError(.databaseUnavailable, message: "no"), .databaseUnreachable),
    ])
    func `of the library has its exit code`(error: BackOpsError, status: ProgramStatus) {
        #expect(Problem(error)?.status == status)
    }

    @Test(arguments: [
        (PQError(.connectionFailed, "nobody there"), ProgramStatus.databaseUnreachable),
        (PQError(.connectionFailed, "wrong password", sqlState: .invalidPassword), .noPermission),
        (PQError(.connectionLost, "gone"), .databaseUnreachable),
        (PQError(.server, "no right", sqlState: .insufficientPrivilege), .noPermission),
        (PQError(.server, "shutting down", sqlState: .adminShutdown), .databaseUnreachable),
        (PQError(.server, "syntax", sqlState: .syntaxError), .error),
        (PQError(.invalidOptions, "what"), .usage),
    ])
    func `of the database has its exit code, also inside one of the library`(
        error: PQError,
        status: ProgramStatus
    ) {
        #expect(Problem(error)?.status == status)
        let wrapped = BackOpsError(.invalidConfiguration, message: error.description, underlying: error)
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
