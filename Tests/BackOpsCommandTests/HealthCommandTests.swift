import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import Testing

@Suite(.backops) struct `The command health` {
    private func register(host: String, secondsAgo: Int) async throws {
        try await TestDatabase.current.script(
            """
            insert into workers (id, host, pid, queues, slots, handlers, lease, heartbeat_at)
              values (1, '\(host)', 1, '{default}', 1, '{}', '10 s', clock_now() - interval '\(secondsAgo) s')
            """
        )
    }

    @Test func `is 0 when the database answers and has the schema`() async throws {
        let text = try await Shell.backops(["health"])
        #expect(text.code == 0 && text.output.hasPrefix("healthy: schema version"))
        let json = try await Shell.backops(["health", "--json"]).json()
        #expect(json["healthy"] == true && json["workers"] == .null)
    }

    @Test func `is 3 without a living worker on this host, where one is required`() async throws {
        let none = try await Shell.backops(["health", "--live"])
        #expect(none.code == 3 && none.messages.contains("no worker on"))
        try await register(host: "elsewhere", secondsAgo: 0)
        #expect(try await Shell.backops(["health", "--live"]).code == 3)
        let there = try await Shell.backops(["health", "--live", "--host", "elsewhere"])
        #expect(there.code == 0 && there.output.contains("1 worker alive on elsewhere"))
    }

    @Test func `is 3 when the lease of that worker has ended`() async throws {
        try await register(host: "here", secondsAgo: 60)
        let dead = try await Shell.backops(["health", "--live", "--host", "here", "--json"])
        #expect(dead.code == 3)
        #expect(try dead.json()["healthy"] == false)
    }

    @Test func `is 78 without the schema, 69 without a database, 64 for nonsense`() async throws {
        let missing = try await Shell.backops(["health", "--schema", "not_there"])
        #expect(missing.code == 78 && missing.messages.contains("migrate up"))
        #expect(try await Shell.backops(["health", "-d", "host=127.0.0.1 port=1"]).code == 69)
        #expect(try await Shell.backops(["health", "--host", "x"]).code == 64)
    }
}

@Suite(.backops) struct `The command workers` {
    @Test func `shows who works, and what each holds`() async throws {
        let none = try await Shell.backops(["workers"])
        #expect(none.output.isEmpty && none.messages.contains("no workers"))
        _ = try await Shell.backops(["enqueue", "Greeting"])
        try await TestDatabase.current.script(
            """
            select register_definition('Greeting', '{"main": ["Greet", "Part"]}');
            select register_worker('web-2', 811, '{default}', '{Greeting/Greet,Greeting/Part}', p_slots => 4);
            select count(*) from workers w cross join lateral claim(w.id) as claimed;
            """
        )
        let text = try await Shell.backops(["workers", "--jobs"])
        #expect(text.output.contains("web-2 pid 811") && text.output.contains("1/4"), "\(text.output)")
        #expect(text.output.contains("#1") && text.output.contains("main/Greet"))
        let json = try await Shell.backops(["workers", "--json", "--jobs"]).json()
        #expect(json[0]?["busy"]?.integerValue == 1)
        #expect(json[0]?["jobs"]?[0]?["operation_id"]?.integerValue == 1)
        #expect(try await Shell.backops(["workers", "--json"]).json()[0]?["jobs"] == nil)
    }

    @Test func `shows a worker whose lease has ended as lost`() async throws {
        try await TestDatabase.current.script(
            """
            insert into workers (id, host, pid, queues, slots, handlers, lease, heartbeat_at)
              values (1, 'gone', 1, '{default}', 1, '{}', '10 s', clock_now() - interval '1 h')
            """
        )
        #expect(try await Shell.backops(["workers"]).output.contains("lost"))
    }
}

@Suite(.backops) struct `The command check-deploy` {
    /// An older version of the application, which knew other things.
    private func leaveBehind() async throws {
        try await TestDatabase.current.script(
            """
            select register_definition('Billing', '{"main": ["Bill"]}');
            select register_definition('Greeting', '{"main": ["Greet", "Bow", "Part"]}');
            insert into operations (name, queue) values ('Billing', 'default'), ('Greeting', 'default'), ('Greeting', 'other'), ('Nameless', 'default');
            insert into operations (name, branches) values ('own', '{"main": ["Greet", "Vanish"]}');
            """
        )
    }

    @Test func `is 0 when the program can continue everything`() async throws {
        _ = try await Shell.application(["enqueue", "Greeting"])
        _ = try await Shell.application(["work", "--drain"])
        _ = try await Shell.application(["enqueue", "Greeting"])
        let fine = try await Shell.application(["check-deploy"])
        #expect(fine.code == 0, "\(fine.output)")
        #expect(fine.output.contains("can continue everything"))
        #expect(try await Shell.application(["check-deploy", "--json"]).output == "[]\n")
    }

    @Test func `is 3 when operations in flight need what the program does not have`() async throws {
        try await leaveBehind()
        let found = try await Shell.application(["check-deploy", "--json"])
        #expect(found.code == 3)
        let missing = try found.json().arrayValue?.map { obstacle in
            [
                obstacle["operation"]?.stringValue ?? "", obstacle["action"]?.stringValue ?? "",
                "\(obstacle["operations"]?.integerValue ?? 0) \(obstacle["at_it"]?.integerValue ?? 0)",
            ].joined(separator: "/")
        }
        #expect(
            Set(missing ?? []) == [
                "Billing/Bill/1 1", "Nameless//1 1", "/Greet/1 1", "/Vanish/1 0", "Greeting/Bow/1 0",
            ]
        )
        let text = try await Shell.application([
            "check-deploy", "--ignore", "Billing", "--ignore", "Nameless",
        ])
        #expect(text.output.contains("Bow") && !text.output.contains("Bill"))
        #expect(
            try await Shell.application(["check-deploy", "--queue", "other", "--json"]).json()[0]?["action"]
                == "Bow"
        )
    }

    @Test func `leaves out what has been done, and is no command of the stand-alone program`() async throws {
        try await leaveBehind()
        try await TestDatabase.current.script(
            "select skip(o.id) from operations o where name = 'Greeting'; select skip(o.id) from operations o where name = 'Greeting'"
        )
        let found = try await Shell.application([
            "check-deploy", "--ignore", "Billing", "--ignore", "Nameless",
        ])
        #expect(!found.output.contains("Bow"))
        #expect(try await Shell.backops(["check-deploy"]).code == 64)
    }
}
