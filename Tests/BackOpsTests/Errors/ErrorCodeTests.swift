import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `What the database reports` {
    /// By SQLSTATE, as a statement of the engine or of a trigger on its tables ends with it.
    private static let states: [String: BackOpsError.Code] = [
        // The engine's own.
        "OP002": .noSuchOperation, "OP003": .wrongState, "OP004": .invalidArgument,
        "OP005": .unknownJumpTarget, "OP006": .staleClaim, "OP007": .invalidGlobals,
        // Values.
        "22001": .invalidArgument, "22003": .invalidArgument, "22008": .invalidArgument,
        "22012": .invalidArgument, "22021": .invalidArgument, "22023": .invalidArgument,
        "22P02": .invalidArgument, "22P05": .invalidArgument,
        // Somebody else's rules.
        "23502": .databaseError, "23503": .databaseError, "23505": .databaseError, "23514": .databaseError,
        "23P01": .databaseError, "P0001": .databaseError,
        // Others at the same rows.
        "40000": .conflict, "40001": .conflict, "40P01": .conflict, "55P03": .conflict,
        // Rights.
        "28000": .noPermission, "28P01": .noPermission, "42501": .noPermission,
        // Something that a trigger misses; in a statement of the engine it is the schema, see below.
        "3F000": .databaseError, "42P01": .databaseError, "42703": .databaseError, "42704": .databaseError,
        "42883": .databaseError,
        // Limits.
        "54000": .limitExceeded, "54001": .limitExceeded, "54023": .limitExceeded,
        // Time.
        "57014": .timedOut, "25P03": .timedOut, "25P04": .timedOut,
        // A commit in doubt.
        "08007": .unknownCommit, "40003": .unknownCommit,
        // The server.
        "08000": .databaseUnavailable, "08003": .databaseUnavailable, "08006": .databaseUnavailable,
        "25006": .databaseUnavailable, "53100": .databaseUnavailable, "53200": .databaseUnavailable,
        "53300": .databaseUnavailable, "57P01": .databaseUnavailable, "57P02": .databaseUnavailable,
        "57P03": .databaseUnavailable, "57P04": .databaseUnavailable, "57P05": .databaseUnavailable,
        "58030": .databaseUnavailable,
        // Mistakes of statements, and of the server.
        "0A000": .databaseError, "25001": .databaseError, "25P02": .databaseError, "26000": .databaseError,
        "42601": .databaseError, "42P05": .databaseError, "55000": .databaseError, "XX000": .databaseError,
        "XX001": .databaseError,
    ]

    /// By what the connection reports without a word of the server.
    private static let codes: [PQError.Code: BackOpsError.Code] = [
        .invalidOptions: .invalidConfiguration, .connectionFailed: .databaseUnavailable,
        .connectionLost: .databaseUnavailable, .server: .databaseError, .cancelled: .cancelled,
        .timedOut: .timedOut, .decoding: .unexpectedAnswer, .poolClosed: .misuse,
        .poolExhausted: .databaseUnavailable, .misuse: .misuse, .unknownCommit: .unknownCommit,
        .pipelineAborted: .databaseError,
    ]

    @Test(arguments: states.keys.sorted())
    func `has a code by its SQLSTATE, and keeps what PostgreSQL said`(state: String) async throws {
        let raised = await #expect(throws: PQError.self) {
            try await TestDatabase.current.pool.script(
                "do $$ begin raise exception using errcode = '\(state)', message = 'it is so', hint = 'Do otherwise.'; end $$"
            )
        }
        let cause = try #require(raised)
        let error = BackOpsError(refusing: cause)
        #expect(cause.sqlState == SQLState(state))
        #expect(error.code == Self.states[state])
        #expect(error.message.hasPrefix("It is so. Do otherwise."))
        #expect((error.underlying as? PQError)?.sqlState == SQLState(state))
    }

    @Test(arguments: [
        ("select from nowhere.operations", BackOpsError.Code.schemaMissing),
        ("select nowhere.enqueue_many()", .schemaMissing),
        ("select no_such_column from operations", .schemaTooOld),
        ("select no_such_function()", .schemaTooOld),
    ])
    func `about what a statement misses is about the schema`(
        statement: String,
        code: BackOpsError.Code
    ) async throws {
        let raised = await #expect(throws: PQError.self) {
            try await TestDatabase.current.query("\(unescaped: statement)")
        }
        let error = BackOpsError(refusing: try #require(raised))
        #expect(error.code == code)
        #expect(error.message.contains("migrate up"))
    }

    @Test(arguments: PQError.Code.allCases)
    func `has a code where the server said nothing`(code: PQError.Code) {
        let error = BackOpsError(refusing: PQError(code, "it is so"))
        #expect(error.code == Self.codes[code])
        #expect(error.message.hasPrefix("It is so."))
    }

    @Test(arguments: [
        (SQLState.invalidPassword, BackOpsError.Code.noPermission), (.insufficientPrivilege, .noPermission),
        (.tooManyConnections, .databaseUnavailable), (.cannotConnectNow, .databaseUnavailable),
        (.idleInTransactionTimeout, .timedOut), (.transactionTimeout, .timedOut),
    ])
    func `about a connection has a code by the server's last word`(
        state: SQLState,
        code: BackOpsError.Code
    ) {
        for cause in [PQError.Code.connectionFailed, .connectionLost] {
            #expect(BackOpsError(refusing: PQError(cause, "gone", sqlState: state)).code == code)
        }
    }

    @Test func `by somebody's request is no limit of time`() {
        let cause = PQError(.server, "canceling statement due to user request", sqlState: .queryCanceled)
        #expect(BackOpsError(refusing: cause).code == .cancelled)
    }

    @Test func `has a code for everything that the engine raises`() async throws {
        let raised = try await TestDatabase.current.query(
            """
            select distinct (regexp_matches(prosrc, 'errcode = ''([^'']+)''', 'g'))[1]
              from pg_proc where pronamespace = current_schema()::regnamespace
            """
        )
        .map { try $0.decode(0, as: String.self) }
        let named = [
            "insufficient_privilege": "42501", "lock_not_available": "55P03",
            "serialization_failure": "40001",
        ]
        #expect(raised.count >= 9)
        for state in raised {
            let code = try #require(Self.states[named[state] ?? state], "\(state) is in no row of the table")
            #expect(code != .databaseError)
        }
    }

    @Test func `by a rule about a column names the column`() async throws {
        let constraints = try await TestDatabase.current.query(
            """
            select conname::text from pg_constraint
             where connamespace = current_schema()::regnamespace and contype = 'c' and starts_with(conname::text, 'operations_')
            """
        )
        .map { try $0.decode(0, as: String.self) }
        // Only the engine itself writes these.
        let own: Set = ["operations_state_is_known", "operations_ended_or_active"]
        #expect(Set(constraints).subtracting(own) == Set(ColumnRule.all.keys))
        let columns = try await TestDatabase.current.query(
            "select attname::text from pg_attribute where attrelid = 'operations'::regclass and attnum > 0"
        )
        .map { try $0.decode(0, as: String.self) }
        for rule in ColumnRule.all.values { #expect(columns.contains(rule.column)) }
    }
}

@Suite(.backops) struct `A call that is refused` {
    private func refusal(
        of request: OperationRequest = OperationRequest("Errand"),
        _ spoil: (inout OperationRequest) -> Void
    ) async throws -> BackOpsError? {
        var request = request
        spoil(&request)
        return try await withClient { [request] client async throws in
            await #expect(throws: BackOpsError.self) { try await client.enqueue(request) }
        }
    }

    @Test func `for a queue has an invalid argument, or meets a wrong state`() async throws {
        try await withClient { client async throws in
            let bad = await #expect(throws: BackOpsError.self) { try await client.pause("Bad Name") }
            #expect(bad?.code == .invalidArgument)
            let idle = await #expect(throws: BackOpsError.self) { try await client.resume("mail") }
            #expect(idle?.code == .wrongState)
        }
    }

    @Test func `for globals that are too large has exceeded a limit`() async throws {
        let error = try await refusal { $0.globals["x"] = .string(String(repeating: "x", count: 2 << 20)) }
        #expect(error?.code == .limitExceeded)
        #expect(error?.subject == "globals")
    }

    @Test func `for an argument says in its subject which one`() async throws {
        let key = try await refusal { $0.key = "" }
        #expect(key?.code == .invalidArgument && key?.subject == "key")
        let priority = try await refusal { $0.priority = 10 }
        #expect(priority?.code == .invalidArgument && priority?.subject == "priority")
        let queue = try await refusal { $0.queue = "No" }
        #expect(queue?.code == .invalidArgument && queue?.subject == "queue")
        let name = try await refusal { $0.name = "a/b" }
        #expect(name?.code == .invalidName && name?.subject == "name")
    }

    @Test func `because another transaction has the rows is a conflict`() async throws {
        let database = TestDatabase.current
        var impatient = database.database
        impatient.options.settings["lock_timeout"] = "10ms"
        let other = BackOpsClient(impatient)
        try await withClient { client async throws in
            let id = try await client.enqueue(Errand.self).id
            try await client.transaction { transaction in
                try await transaction.query(
                    "select from \(unescaped: database.schema).operations where id = \(id) for update"
                )
                let error = await #expect(throws: BackOpsError.self) { try await other.cancel(id) }
                #expect(error?.code == .conflict)
            }
        }
        await other.close()
    }

    @Test func `after the client was closed is a misuse`() async throws {
        let client = BackOpsClient(TestDatabase.current.database)
        await client.close()
        let error = await #expect(throws: BackOpsError.self) { try await client.enqueue(Errand.self) }
        #expect(error?.code == .misuse)
    }
}

@Suite(.backops(isolation: .database)) struct `A role that lacks a right` {
    @Test func `is told so by the code`() async throws {
        let database = TestDatabase.current
        let role = "stranger_\(UInt32.random(in: 0...UInt32.max))"
        try await database.query("create role \(identifier: role) login")
        var options = database.database
        options.options.settings["role"] = role
        let client = BackOpsClient(options)
        let error = await #expect(throws: BackOpsError.self) { try await client.enqueue(Errand.self) }
        #expect(error?.code == .noPermission)
        await client.close()
        try await database.query("drop role \(identifier: role)")
    }
}
