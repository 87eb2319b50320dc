import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `The commands of somebody who may only look, or steer` {
    private static let roles = ["enqueue", "worker", "operator", "approver", "reader"]

    /// Runs with the roles of `migrate up --with-roles`, which go away in the end.
    private func withRoles(_ body: () async throws -> Void) async throws {
        let test = TestDatabase.current
        try await test.script("select create_roles()")
        do { try await body() } catch {
            try await drop()
            throw error
        }
        try await drop()
    }

    private func drop() async throws {
        for role in Self.roles.map({ "\(TestDatabase.current.schema)_\($0)" }) {
            try await TestDatabase.current.script("drop owned by \(role); drop role \(role)")
        }
    }

    private func backops(as role: String, _ arguments: [String]) async throws -> Finished {
        // A role of the session, which a pooler would refuse.
        let test = TestDatabase.current
        return try await Shell.backops(
            arguments,
            variables: [
                "BACKOPS_DATABASE_URL": test.directConninfo, "PGOPTIONS": "-c role=\(test.schema)_\(role)",
            ]
        )
    }

    private func prepare() async throws {
        _ = try await Shell.backops(["enqueue", "Stumbling", "n:=1", "card=tok_1234"])
        _ = try await Shell.backops(["enqueue", "Greeting", "n:=2", "--in", "1h"])
        _ = try await Shell.application(["work", "--drain"])
    }

    @Test func `a reader sees everything, and changes nothing`() async throws {
        try await prepare()
        try await withRoles {
            for arguments in [
                ["list"], ["list", "--state", "active"], ["list", "--state", "failed"],
                ["list", "--name", "Greeting"],
                ["show", "1"], ["explain", "2"], ["failures"], ["queues"], ["limits"], ["rates"],
                ["workers", "--jobs"],
                ["audit"],
                ["graph", "1"], ["graph", "Greeting"], ["health"], ["watch", "1"],
            ] {
                let shown = try await backops(as: "reader", arguments)
                #expect([0, 4].contains(shown.code), "\(arguments) \(shown.messages)")
            }
            #expect(try await backops(as: "reader", ["list", "-q", "--where", "n:=1"]).output == "1\n")
            #expect(try await backops(as: "reader", ["list", "-q", "--state", "active"]).output == "2\n")
            for arguments in [
                ["retry", "1"], ["cancel", "2"], ["pause", "mail"], ["set", "1", "a=b"], ["limit", "a", "1"],
                ["rate", "a", "1"],
            ] {
                let refused = try await backops(as: "reader", arguments)
                #expect(refused.code == 77, "\(arguments) \(refused.messages)")
            }
        }
    }

    @Test func `an approver sees what operations ask for, decides, and sees nothing else of them`()
        async throws
    {
        let step = #"{"main": [["ask", {"approval": "refund", "question": "Refund?"}], "Pay"]}"#
        let id: Int64 = try await TestDatabase.current.value(
            "insert into operations (name, branches) values ('Refund', \(step)::json) returning id"
        )
        try await withRoles {
            let list = try await backops(as: "approver", ["approvals"])
            #expect(list.code == 0 && list.output.contains("Refund?"), "\(list.messages)")
            let asked = try await backops(as: "approver", ["approvals", "\(id)"])
            #expect(asked.code == 0 && asked.output.contains("pending"), "\(asked.messages)")
            let decided = try await backops(
                as: "approver",
                ["decide", "\(id)", "refund", "approved", "--by", "ann"]
            )
            #expect(decided.output == "approved #\(id) refund\n", "\(decided.messages)")
            let rows = try await backops(as: "approver", ["approvals", "\(id)", "--json"]).json()
            #expect(rows[0]?["status"] == "approved" && rows[0]?["decided_by"] == "ann")
            for arguments in [["show", "\(id)"], ["approvals", "\(id + 9)"], ["skip", "\(id)"]] {
                let refused = try await backops(as: "approver", arguments)
                #expect(refused.code == 77, "\(arguments) \(refused.messages)")
            }
        }
    }

    @Test func `an operator steers, and sees no secret`() async throws {
        try await prepare()
        try await TestDatabase.current.script("insert into secret_keys values ('Stumbling', 'card')")
        try await withRoles {
            let shown = try await backops(as: "operator", ["show", "1"])
            #expect(
                shown.output.contains("[secret]") && !shown.output.contains("tok_1234"),
                "\(shown.output)"
            )
            let json = try await backops(as: "operator", ["list", "--json"])
            #expect(!json.output.contains("tok_1234"))
            #expect(try await backops(as: "operator", ["list", "--where", "card=tok_1234"]).code == 77)
            let retried = try await backops(as: "operator", ["retry", "--where", "n:=1", "--yes"])
            #expect(retried.output == "retried 1 operation\n", "\(retried.messages)")
            #expect(try await backops(as: "operator", ["pause", "mail"]).code == 0)
            #expect(try await backops(as: "operator", ["limit", "mail", "1"]).code == 0)
            #expect(try await backops(as: "operator", ["rate", "mail", "1"]).code == 0)
            #expect(try await backops(as: "operator", ["rate", "mail", "--close-for", "1s"]).code == 0)
        }
        #expect(try await Shell.backops(["show", "1"]).output.contains("tok_1234"))
    }
}
