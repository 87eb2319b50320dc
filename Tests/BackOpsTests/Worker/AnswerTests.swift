import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// Asks the database for a row of these SQL expressions.
private func row(_ values: [String]) async throws -> PQRow {
    let list = values.joined(separator: ", ")
    return try #require(try await TestDatabase.current.query("select \(unescaped: list)").first)
}

@Suite(.backops) struct `An answer about an outcome` {
    /// The columns of `complete_many` with an outcome that is given.
    private func completion(_ outcome: String, replacing column: Int? = nil) async throws -> PQRow {
        var values = [
            "7::int8", "11::int8", outcome, "12::int8", "2::int4", "1::int4", "25::int4", "1500::int8",
            "'main'::text", "'After'::text", #"'{"a": 1}'::jsonb"#, "3::int8", "1::int4",
        ]
        if let column { values[column] = "null::\(values[column].split(separator: "::")[1])" }
        return try await row(values)
    }

    @Test(arguments: CompletionResult.Outcome.allCases)
    func `of complete_many is read for every word that the engine has`(
        outcome: CompletionResult.Outcome
    ) async throws {
        let answer = try CompletionResult(try await completion("'\(outcome.rawValue)'::text"))
        #expect(answer.outcome == outcome)
        #expect(answer.claim == Claim(operationID: 7, claimID: 11))
        #expect((answer.next != nil) == (outcome == .advanced))
    }

    @Test(arguments: HandBackResult.Outcome.allCases)
    func `of fail_many, snooze_many and release_many is read for every word that the engine has`(
        outcome: HandBackResult.Outcome
    ) async throws {
        let answer = try HandBackResult(
            try await row(["7::int8", "11::int8", "'\(outcome.rawValue)'::text"])
        )
        #expect(answer.outcome == outcome)
        #expect(answer.claim == Claim(operationID: 7, claimID: 11))
    }

    @Test(arguments: ["'celebrated'::text", "''::text", "'Completed'::text", "null::text"])
    func `in a word that nobody knows, or in none, is an error that names it`(word: String) async throws {
        let reason = word.hasPrefix("null") ? "NULL" : "answered \"\(word.dropFirst().prefix { $0 != "'" })\""
        let handBack = try await row(["7::int8", "11::int8", word])
        expect(reason, #expect(throws: PQError.self) { try HandBackResult(handBack) })
        let completion = try await completion(word)
        expect(reason, #expect(throws: PQError.self) { try CompletionResult(completion) })
    }

    private func expect(_ reason: String, _ error: PQError?) {
        #expect(error?.code == .decoding)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: 0...1) func `that does not say which claim it is about is an error`(
        column: Int
    ) async throws {
        var values = ["7::int8", "11::int8", "'retrying'::text"]
        values[column] = "null::int8"
        let handBack = try await row(values)
        let completion = try await completion("'completed'::text", replacing: column)
        #expect(throws: PQError.self) { try HandBackResult(handBack) }
        #expect(throws: PQError.self) { try CompletionResult(completion) }
    }

    /// Time limit, globals and their version may be missing: there is no limit, and nothing has changed.
    @Test(arguments: 3...12) func `that hands over the next action lacks nothing that it needs`(
        column: Int
    ) async throws {
        let answer = try await completion("'advanced'::text", replacing: column)
        if [7, 10, 11].contains(column) {
            #expect(try CompletionResult(answer).next != nil)
        } else {
            #expect(throws: PQError.self) { try CompletionResult(answer) }
        }
    }
}

@Suite(.backops) struct `A row of a claim` {
    private static let columns: [(name: String, value: String, isOptional: Bool)] = [
        ("operation_id", "7::int8", false), ("claim_id", "11::int8", false),
        ("definition_id", "1::int8", true), ("position", "1::int4", false), ("run", "1::int4", false),
        ("attempt", "1::int4", false), ("max_attempts", "25::int4", false), ("priority", "5::int2", false),
        ("timeout_ms", "1500::int8", true), ("run_at", "now()::timestamptz", false),
        ("enqueued_at", "now()::timestamptz", false), ("queue", "'default'::text", false),
        ("operation", "'Parcel'::text", false), ("branch", "'main'::text", false),
        ("action", "'Act'::text", false), ("globals", "'{}'::jsonb", false),
        ("plan", #"'[["main", "Act"]]'::json"#, true), ("claimed_at", "now()::timestamptz", false),
        ("traceparent", "'00'::text", true), ("globals_version", "1::int8", true),
        ("slot", "now()::timestamptz", true),
    ]

    private func rows(without column: Int) async throws -> PQResult {
        let whole = Self.columns.map(\.value)
        var broken = whole
        broken[0] = "8::int8"
        broken[column] = "null::\(whole[column].split(separator: "::")[1])"
        let rows = [whole, broken, whole].map { values in
            "select " + zip(values, Self.columns).map { "\($0) as \"\($1.name)\"" }.joined(separator: ", ")
        }
        return try await TestDatabase.current.query("\(unescaped: rows.joined(separator: " union all "))")
    }

    @Test func `has these columns`() {
        #expect(ClaimedJob.Column.sql == Self.columns.map(\.name).joined(separator: ", "))
    }

    @Test(arguments: columns.indices)
    func `that lacks a column costs the rows beside it nothing`(column: Int) async throws {
        let claimed = ClaimedRows(try await rows(without: column))
        let isOptional = Self.columns[column].isOptional
        #expect(claimed.jobs.count == (isOptional ? 3 : 2))
        let namesClaim = column > 1
        #expect(claimed.unreadable.map(\.claim.operationID) == (isOptional || !namesClaim ? [] : [8]))
        #expect((claimed.error != nil) == !namesClaim)
        for (_, error) in claimed.unreadable {
            #expect(error.description.contains("Column \"\(Self.columns[column].name)\""))
        }
    }
}
