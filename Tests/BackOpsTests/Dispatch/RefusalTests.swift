import BackOps
import LibPQ
import Testing

@Suite struct `A refusal of the server` {
    @Test(arguments: [
        ("40001", Refusal.contention), ("40P01", .contention), ("55P03", .contention),
        ("53100", .trouble), ("53300", .trouble), ("25006", .trouble), ("57014", .trouble),
        ("57P01", .trouble),
        ("58030", .trouble), ("08006", .trouble),
        ("22P02", .content), ("22021", .content), ("23514", .content), ("54000", .content),
        ("P0001", .content),
        ("OP001", .content),
        ("42501", .unexpected), ("42883", .unexpected), ("XX000", .unexpected), ("25P02", .unexpected),
    ])
    func `is sorted by its SQLSTATE`(state: String, refusal: Refusal) {
        #expect(Refusal(SQLState(state)) == refusal)
    }

    @Test func `without an SQLSTATE is unexpected`() {
        #expect(Refusal(nil) == .unexpected)
    }

    @Test(arguments: [
        // Whether it is about what is stored, and whether waiting may help.
        (PQError(.server, "", sqlState: SQLState("22P02")), true, false),
        (PQError(.decoding, ""), true, false),
        (PQError(.server, "", sqlState: SQLState("40001")), false, true),
        (PQError(.server, "", sqlState: SQLState("57P03")), false, true),
        (PQError(.server, "", sqlState: SQLState("42501")), false, false),
        (PQError(.connectionLost, ""), false, true),
        (PQError(.timedOut, ""), false, true),
        (PQError(.unknownCommit, ""), false, true),
        (PQError(.misuse, ""), false, false),
        (PQError(.invalidOptions, ""), false, false),
    ])
    func `is about content, or may pass, or neither`(error: PQError, isAboutContent: Bool, mayPass: Bool) {
        #expect(error.isAboutContent == isAboutContent)
        #expect(error.mayPass == mayPass)
    }
}
