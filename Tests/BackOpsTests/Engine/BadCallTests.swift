import BackOpsTesting
import LibPQ
import Testing

/// Not inside of `SQLEngine`, whose trait would give every call a schema of its own.
@Suite(.badCalls, .timeLimit(.minutes(10))) struct `A call that makes no sense` {
    @Test(.serialized, arguments: BadCalls.all.map(BadCall.init))
    func `is answered as its table says, and changes nothing`(call: BadCall) async throws {
        let site = BadCallSite.current
        try await site.engine.connection.script("begin")
        let answer = try await site.answer(to: call)
        let rows = try await site.rows()
        try await site.engine.connection.script("rollback")
        #expect(answer == site.fill(call.answer))
        #expect(rows == site.before, "it changed something")
    }

    @Test func `is known for every function of the schema`() async throws {
        let functions = try await TestDatabase.current.query(
            """
            select distinct proname::text from pg_proc
             where pronamespace = current_schema()::regnamespace and prokind = 'f'
            """
        )
        let names = Set(try functions.map { try $0.decode(0, as: String.self) })
        let called = Set(BadCalls.all.map { String($0.call.prefix { $0 != "(" }) })
        #expect(names.subtracting(called).subtracting(BadCalls.parts) == [], "add them to BadCalls")
        #expect(called.union(BadCalls.parts).subtracting(names) == [], "they are gone")
    }
}

/// One line of the table.
struct BadCall: Sendable, CustomTestStringConvertible {
    let call: String
    let answer: String

    var testDescription: String { call }
}

/// A worker, what it runs, what it ran, what has ended, what is ready: the same for all calls, because none may change it.
struct BadCallSite: Sendable {
    @TaskLocal static var bound: BadCallSite?

    static var current: BadCallSite {
        guard let bound else { preconditionFailure("The suite needs the trait .badCalls.") }
        return bound
    }

    /// All rows, so that a difference shows.
    private static let allRows: SQLStatement = """
        select md5(concat((select json_agg(o order by id) from operations o), (select json_agg(j order by operation_id) from jobs j),
                          (select json_agg(a order by operation_id, position) from actions a),
                          (select json_agg(t order by id) from attempts t), (select json_agg(w order by id) from workers w),
                          (select json_agg(d order by id) from definitions d)))
        """

    let engine: EngineDriver
    let before: String
    private let values: [String: String]

    static func make() async throws -> BadCallSite {
        let engine = try await EngineDriver.start()
        let ended = try await engine.enqueue()
        let running = try await engine.enqueue()
        let first = try await engine.claimOne()
        try await engine.query("select cancel(\(ended))")
        let released = try await engine.claimOne()
        try await engine.release(released)
        let job = try await engine.claimOne()
        let ready = try await engine.enqueue()
        try #require(
            first.operation == ended && released.operation == running && job.operation == running
        )
        return BadCallSite(
            engine: engine,
            before: try await engine.value(allRows),
            values: [
                "w": "\(engine.worker)", "o": "\(running)", "c": "\(job.claim)", "old": "\(released.claim)",
                "f": "\(ended)", "cf": "\(first.claim)", "r": "\(ready)",
            ]
        )
    }

    func fill(_ text: String) -> String {
        values.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// A SQLSTATE, or the rows as text.
    func answer(to call: BadCall) async throws -> String {
        try await engine.connection.script("savepoint before_call")
        do {
            return try await engine.value(
                SQLStatement(
                    unescaped: "select coalesce(string_agg(r::text, ' '), '') from \(fill(call.call)) as r"
                )
            )
        } catch let error as PQError {
            #expect(!error.message.isEmpty)
            try await engine.connection.script("rollback to before_call")
            return error.sqlState?.rawValue ?? "\(error)"
        }
    }

    func rows() async throws -> String { try await engine.value(Self.allRows) }
}

/// Gives a suite one schema, with a ``BadCallSite`` in it.
struct BadCallTrait: SuiteTrait, TestScoping {
    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTestDatabase { database in
            let site = try await BadCallSite.make()
            try await BadCallSite.$bound.withValue(site) { try await function() }
            await site.engine.connection.close()
            #expect(try await database.violations().isEmpty)
        }
    }
}

extension Trait where Self == BadCallTrait {
    static var badCalls: Self { Self() }
}
