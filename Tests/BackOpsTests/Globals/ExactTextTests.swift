import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// The same for Swift, and two texts for PostgreSQL.
private let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")

private struct Two: OperationDefinition {
    static let name = "Two"
    var branches: [Branch] {
        Do("Both") { context in
            context["first"] = context[composed]
            context["second"] = context[decomposed]
            context[decomposed] = 20
        }
        Do(composed) { context in context["composed"] = true }
        Do(decomposed) { context in context["decomposed"] = true }
        Do("Jump") { context in try context.jump(to: BranchName(decomposed)) }
        Branch(BranchName(composed)) { Do("A") { context in context["branch"] = "composed" } }
        Branch(BranchName(decomposed)) { Do("A") { context in context["branch"] = "decomposed" } }
    }
}

private struct Composed: OperationDefinition {
    static let name = composed
    var branches: [Branch] { Do("A") { context in context["by"] = "composed" } }
}

private struct Decomposed: OperationDefinition {
    static let name = decomposed
    var branches: [Branch] { Do("A") { context in context["by"] = "decomposed" } }
}

@Suite struct `Texts that only Swift takes for equal` {
    private let text = "{\"cafe\u{301}\":2,\"caf\u{E9}\":1}"

    @Test func `are two keys of a document`() throws {
        let json = try JSONValue(parsing: text)
        #expect(json.description == text)
        #expect(json[composed] == 1)
        #expect(json[decomposed] == 2)
        #expect(json != ["caf\u{E9}": 1])
        #expect(JSONValue.string(composed) != .string(decomposed))
    }

    @Test func `are two globals, set and removed apart`() throws {
        var globals = Globals(text: Array(text.utf8))
        globals[composed] = 10
        #expect(globals[decomposed] == 2)
        globals[decomposed] = nil
        #expect(globals.description == "{\"caf\u{E9}\":10}")
        var patch = GlobalsPatch()
        patch[JSONValue.Key(composed)] = 1
        patch[JSONValue.Key(decomposed)] = nil
        #expect(patch.jsonText == "{\"set\":{\"caf\u{E9}\":1},\"unset\":[\"cafe\u{301}\"]}")
    }

    @Test func `are two members of a type that is encoded and decoded`() throws {
        struct Pair: Codable, Equatable {
            var first: Int
            var second: Int
            enum CodingKeys: String, CodingKey {
                case first = "caf\u{E9}"
                case second = "cafe\u{301}x"
            }
        }
        let pair = Pair(first: 1, second: 2)
        #expect(try JSONValue(encoding: pair).decoded(as: Pair.self) == pair)
        let keyed: [JSONValue.Key: Int] = [JSONValue.Key(composed): 1, JSONValue.Key(decomposed): 2]
        #expect(try JSONValue(encoding: keyed) == JSONValue(parsing: text))
        #expect(try JSONValue(parsing: text).decoded(as: [JSONValue.Key: Int].self) == keyed)
    }

    @Test func `are two names for a run without a worker`() async {
        let run = await runInline(Two()) {
            $0[composed] = 1
            $0[decomposed] = 2
        }
        #expect(run.state == .completed)
        #expect(run["composed"] == true)
        #expect(run["decomposed"] == true)
        #expect(run["branch"] == "decomposed")
        #expect(run["first"] == 1)
        #expect(run["second"] == 2)
        #expect(run.attempts[ExactText("main/\(composed)")] == 1)
        #expect(run.attempts[ExactText("main/\(decomposed)")] == 1)
    }

    @Test func `are two handlers`() throws {
        let registry = try Registry([Composed(), Decomposed()])
        #expect(registry.definition(composed)?.name.utf8.count == composed.utf8.count)
        #expect(registry.definition(decomposed)?.name.utf8.count == decomposed.utf8.count)
        #expect(registry.handlers.map(\.utf8.count).sorted() == [7, 8])
    }
}

@Suite(.backops) struct `Texts that only Swift takes for equal, in the database` {
    @Test func `are two globals, actions and branches`() async throws {
        try await withClient { client in
            var globals = Globals()
            globals[composed] = 1
            globals[decomposed] = 2
            let handle = try await client.enqueue(Two.self, globals)
            try await BackOpsWorker.test { Two() }.drain()
            let record = try await handle.record()
            #expect(record.state == .completed)
            #expect(record.globals["first"] == 1)
            #expect(record.globals["second"] == 2)
            #expect(record.globals[composed] == 1)
            #expect(record.globals[decomposed] == 20)
            #expect(record.globals["composed"] == true)
            #expect(record.globals["decomposed"] == true)
            #expect(record.globals["branch"] == "decomposed")
        }
    }

    @Test func `are two operations and two keys of a batch`() async throws {
        try await withClient { client in
            var requests: [OperationRequest] = []
            for name in [composed, decomposed] {
                for key in [composed, decomposed] {
                    var request = OperationRequest(name)
                    request.key = key
                    request.tags = [key]
                    requests.append(request)
                }
            }
            _ = try await client.enqueue(stream: requests)
            try await BackOpsWorker.test {
                Composed()
                Decomposed()
            }.drain()
            let rows = try await TestDatabase.current.query(
                """
                select octet_length(name), octet_length(key), octet_length(tags[1]), globals ->> 'by' from operations order by 1, 2
                """
            ).decode(as: Int32.self, Int32.self, Int32.self, String.self)
            #expect(
                rows.map { "\($0)" } == [
                    "(5, 5, 5, \"composed\")", "(5, 6, 6, \"composed\")", "(6, 5, 5, \"decomposed\")",
                    "(6, 6, 6, \"decomposed\")",
                ]
            )
        }
    }

    @Test func `are two statements of one connection`() async throws {
        try await TestDatabase.current.withConnection { connection in
            for _ in 1...3 {
                let lengths = [
                    try await connection.query("select octet_length('caf\u{E9}')").first?.decode(
                        0,
                        as: Int32.self
                    ),
                    try await connection.query("select octet_length('cafe\u{301}')").first?.decode(
                        0,
                        as: Int32.self
                    ),
                ]
                #expect(lengths == [5, 6])
            }
        }
    }
}
