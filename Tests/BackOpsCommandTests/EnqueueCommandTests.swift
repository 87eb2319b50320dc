import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@Suite(.backops) struct `The command enqueue` {
    private func globals(of id: Int) async throws -> JSON {
        try JSON(
            parsing: try await TestDatabase.current.value(
                "select globals::text from operations where id = \(id)",
                as: String.self
            )
        )
    }

    @Test func `prints the number`() async throws {
        let text = try await Shell.backops(["enqueue", "Fulfilment"])
        #expect(text.code == 0)
        #expect(text.output == "#1\n")
        let json = try await Shell.backops(["enqueue", "Fulfilment", "--json"])
        #expect(try json.json() == ["id": 2])
    }

    @Test func `takes globals as text and as JSON`() async throws {
        let arguments = [
            "a=text", "b=", "n:=42", "big:=123456789012345678901", "t:=true", "z:=null", "o:={\"x\":[1]}",
            "e=é🎁 '\"",
        ]
        #expect(try await Shell.backops(["enqueue", "Fulfilment"] + arguments).code == 0)
        let expected: JSON = [
            "a": "text", "b": "", "n": 42, "big": try JSON(parsing: "123456789012345678901"), "t": true,
            "z": nil,
            "o": ["x": [1]], "e": "é🎁 '\"",
        ]
        #expect(try await globals(of: 1) == expected)
    }

    @Test func `takes a document, which single globals change`() async throws {
        let document = "{\"a\": 1, \"b\": 2}"
        #expect(try await Shell.backops(["enqueue", "Fulfilment", "b:=3", "--globals", document]).code == 0)
        #expect(
            try await Shell.backops(["enqueue", "Fulfilment", "--globals", "-"], input: document).code == 0
        )
        #expect(try await globals(of: 1) == ["a": 1, "b": 3])
        #expect(try await globals(of: 2) == ["a": 1, "b": 2])
    }

    @Test(arguments: [
        ["n:=4x"], ["n:="], ["word"], ["=x"], ["a=1", "a=2"], ["--globals", "[1]"], ["--globals", "{"],
        ["--priority", "10"],
        ["--at", "tomorrow"], ["--in", "10"], ["--at", "+1m", "--in", "1m"], ["--queue", "No Such"],
        ["--branches", "{}"],
        ["--branches", "{\"main\": []}"], ["--branches", "nonsense"], ["--timeout", "1s"], ["a:=\"\\u0000\""],
        ["--key", ""],
    ])
    func `refuses what makes no sense, and enqueues nothing`(arguments: [String]) async throws {
        let refused = try await Shell.backops(["enqueue", "Fulfilment"] + arguments)
        #expect(refused.code == 64, "\(refused.messages)")
        #expect(refused.output.isEmpty)
        #expect(!refused.messages.isEmpty)
        #expect(try await TestDatabase.current.value("select count(*) from operations", as: Int.self) == 0)
    }

    @Test func `keeps a key for one operation`() async throws {
        let first = try await Shell.backops(["enqueue", "Fulfilment", "n:=1", "--key", "k"])
        let second = try await Shell.backops(["enqueue", "Fulfilment", "n:=2", "--key", "k"])
        #expect(first.output == "#1\n")
        #expect(second.output == "#1\n")
        #expect(second.code == 0)
        #expect(try await globals(of: 1) == ["n": 1])
    }

    @Test func `sets queue, priority, tags and time`() async throws {
        let arguments = ["--queue", "mail", "--priority", "2", "--tag", "a", "--tag", "b c", "--in", "10m"]
        #expect(try await Shell.backops(["enqueue", "Fulfilment"] + arguments).code == 0)
        let matches = try await TestDatabase.current.value(
            """
            select queue = 'mail' and priority = 2 and tags = '{a,"b c"}' and perform_at - created_at > interval '9 minutes'
              from operations
            """,
            as: Bool.self
        )
        #expect(matches)
    }

    @Test(arguments: ["'; drop table operations; --", "a\"b", "🎁", "%s $1 \\"])
    func `treats SQL and other oddities in names as text`(name: String) async throws {
        #expect(try await Shell.backops(["enqueue", name, "\(name)=\(name)"]).code == 0)
        #expect(try await TestDatabase.current.value("select name from operations", as: String.self) == name)
        #expect(try await globals(of: 1) == [name: .string(name)])
        let found = try await Shell.backops(["list", "--name", name, "--where", "\(name)=\(name)", "--json"])
        #expect(try found.json()[0]?["name"]?.stringValue == name)
    }

    @Test func `with --wait says how it went`() async throws {
        let client = BackOpsClient(TestDatabase.current.database)
        _ = try await Shell.backops(["enqueue", "Greeting", "--key", "g"])
        _ = try await Shell.backops(["enqueue", "Stumbling", "--key", "s"])
        _ = try await Shell.backops(["enqueue", "Idle", "--key", "i"])
        #expect(try await Shell.application(["work", "--drain"]).code == 0)
        try await client.cancel(3)
        await client.close()
        let completed = try await Shell.backops(["enqueue", "Greeting", "--key", "g", "--wait"])
        #expect(completed.code == 0)
        #expect(completed.output == "#1\n")
        #expect(completed.messages.contains("completed"))
        let failed = try await Shell.backops(["enqueue", "Stumbling", "--key", "s", "--wait", "--json"])
        #expect(failed.code == 4)
        #expect(try failed.json()["error_message"]?.stringValue == "the floor was wet")
        #expect(try await Shell.backops(["enqueue", "Idle", "--key", "i", "--wait"]).code == 5)
        let late = try await Shell.backops(["enqueue", "Never", "--wait", "--timeout", "100ms"])
        #expect(late.code == 6)
        #expect(late.messages.contains("no worker has registered"))
    }
}
