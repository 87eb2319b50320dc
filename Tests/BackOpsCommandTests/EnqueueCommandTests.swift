import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `The command enqueue` {
    private func globals(of id: Int) async throws -> JSONValue {
        try JSONValue(
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
        #expect(try json.json()["id"] == 2 && json.json()["created"] == true)
    }

    @Test func `takes globals as text and as JSON`() async throws {
        let arguments = [
            "a=text", "b=", "n:=42", "big:=123456789012345678901", "t:=true", "z:=null", "o:={\"x\":[1]}",
            "e=é🎁 '\"",
        ]
        #expect(try await Shell.backops(["enqueue", "Fulfilment"] + arguments).code == 0)
        let expected: JSONValue = [
            "a": "text", "b": "", "n": 42, "big": try JSONValue(parsing: "123456789012345678901"), "t": true,
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

    @Test func `keeps a key for one operation, and says that it existed`() async throws {
        let first = try await Shell.backops(["enqueue", "Fulfilment", "n:=1", "--key", "k"])
        #expect(first.output == "#1\n" && first.code == 0)
        let same = try await Shell.backops(["enqueue", "Fulfilment", "n:=1", "--key", "k"])
        #expect(same.output == "#1\n" && same.code == 0)
        #expect(same.messages == "#1 existed already under the key k: nothing was enqueued\n")
        let other = try await Shell.backops(["enqueue", "Fulfilment", "n:=2", "m=x", "--key", "k"])
        #expect(other.output == "#1\n" && other.code == 3)
        #expect(
            other.messages
                == "#1 existed already under the key k, with other globals (m is not there, not \"x\"; n is 1, not 2): nothing was enqueued\n"
        )
        #expect(try await globals(of: 1) == ["n": 1])
        for (value, isSame) in [("1", true), ("2", false)] {
            let document = try await Shell.backops([
                "enqueue", "Fulfilment", "n:=\(value)", "--key", "k", "--json",
            ])
            #expect(
                try document.json() == [
                    "id": 1, "created": false, "outcome": "existing", "same_globals": .bool(isSame),
                ]
            )
        }
    }

    @Test func `under a key does what its mode says, and says what it did`() async throws {
        let enqueue = ["enqueue", "Fulfilment", "--key", "k", "--mode", "debounce 1 h merge"]
        let first = try await Shell.backops(enqueue + ["n:=1"])
        #expect(first.output == "#1\n" && first.code == 0)
        let second = try await Shell.backops(enqueue + ["m:=2"])
        #expect(second.output == "#1\n" && second.code == 0)
        #expect(second.messages.contains("#1, which has the key k, has these globals too\n"))
        #expect(try await globals(of: 1) == ["n": 1, "m": 2])
        let document = try await Shell.backops(enqueue + ["--json"]).json()
        #expect(document["outcome"] == "merged")
        let dropped = ["enqueue", "Fulfilment", "--key", "t", "--mode", "throttle 1 min"]
        _ = try await Shell.backops(dropped)
        let again = try await Shell.backops(dropped)
        #expect(again.code == 0)
        #expect(again.messages.hasSuffix("was enqueued under the key t a moment ago: nothing was enqueued\n"))
        for bad in [["--mode", "unless_active"], ["--key", "k", "--mode", "sometimes"]] {
            let refused = try await Shell.backops(["enqueue", "Fulfilment"] + bad)
            #expect(refused.code != 0)
            #expect(refused.output.isEmpty)
        }
    }

    @Test func `of SQL says so, too, and of secret globals nothing`() async throws {
        try await TestDatabase.current.script("insert into secret_keys values ('Fulfilment', 'card')")
        _ = try await Shell.backops(["enqueue", "Fulfilment", "n:=1", "card=1234", "--key", "k"])
        func notice(_ globals: String) async throws -> String {
            try await Shell.sql(["-XAtqc", "select enqueue('Fulfilment', '\(globals)', 'k')"]).messages
        }
        #expect(try await notice(#"{"n": 1}"#).isEmpty)
        #expect(try await notice(#"{"n": 1, "card": "4321"}"#).isEmpty)
        let other = try await notice(#"{"n": 2, "m": 3}"#)
        #expect(
            other.contains(#"operation 1 has this key already, with another value of "m", "n""#),
            "\(other)"
        )
        let call =
            "select * from enqueue_each('{Fulfilment,Fulfilment}', array['{\"n\": 2}','{\"n\": 3}']::jsonb[], "
        let each = try await Shell.sql(["-XAtqc", call + "'{k,l}', '{default,default}', '{5,5}')"]).messages
        #expect(each.contains(#"operation 1 has this key already, with another value of "n""#), "\(each)")
        #expect(each.ranges(of: "NOTICE").count == 1, "\(each)")
    }

    @Test func `of SQL names no global to a role that may not read them`() async throws {
        let schema = TestDatabase.current.schema
        let role = schema + "_guesser"
        _ = try await Shell.backops(["enqueue", "Fulfilment", "n:=1", "m:=1", "--key", "k"])
        try await TestDatabase.current.script(
            """
            create role \(role);
            grant usage on schema \(schema) to \(role);
            grant execute on function enqueue to \(role)
            """
        )
        let guess = #"select enqueue('Fulfilment', '{"n": 1, "m": 2}', 'k')"#
        let notice = try await Shell.sql(["-XAtqc", "set session authorization \(role); \(guess)"]).messages
        #expect(notice.contains("another value of some global") && !notice.contains(#""m""#), "\(notice)")
        try await TestDatabase.current.script("drop owned by \(role); drop role \(role)")
    }

    @Test func `says what keeps it from starting`() async throws {
        _ = try await Shell.application(["work", "--drain"])
        let parked = try await Shell.backops(["enqueue", "Greting"])
        #expect(parked.output == "#1\n" && parked.code == 0)
        #expect(parked.messages.contains(#"no worker has registered "Greting"; did you mean "Greeting"?"#))
        #expect(parked.messages.contains("`backops cancel 1`"), "\(parked.messages)")
        let json = try await Shell.backops(["enqueue", "Greting", "--json"])
        #expect(try json.json()["explanation"]?[0]?["reason"] == "parked")
        _ = try await Shell.backops(["pause", "mail"])
        let paused = try await Shell.backops(["enqueue", "Greeting", "--queue", "mail"])
        #expect(paused.messages.contains(#"queue "mail" was paused"#), "\(paused.messages)")
        #expect(paused.messages.contains("`backops resume mail`"))
        #expect(paused.messages.contains(#"no live worker serves queue "mail""#))
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
        #expect(try await globals(of: 1) == [JSONValue.Key(name): .string(name)])
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
        #expect(completed.messages.contains("completed") && completed.messages.contains("existed already"))
        let failed = try await Shell.backops(["enqueue", "Stumbling", "--key", "s", "--wait", "--json"])
        #expect(failed.code == 4)
        #expect(try failed.json()["error_message"]?.stringValue == "the floor was wet")
        #expect(try await Shell.backops(["enqueue", "Idle", "--key", "i", "--wait"]).code == 5)
        let late = try await Shell.backops(["enqueue", "Never", "--wait", "--timeout", "100ms"])
        #expect(late.code == 6)
        #expect(late.messages.contains("no worker has registered"))
    }
}
