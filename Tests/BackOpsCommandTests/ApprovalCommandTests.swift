import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `The commands approvals, decide and extend` {
    private func enqueue(_ options: String = "", key: String? = nil) async throws -> Int64 {
        let step = #"{"approval": "refund", "question": "Refund order 42?"\#(options)}"#
        return try await TestDatabase.current.value(
            """
            insert into operations (name, key, branches)
              values ('Refund', \(key), json_build_object('main', json_build_array(json_build_array('approve', \(PQJSON(step))), 'Pay')))
            returning id
            """
        )
    }

    @Test func `approvals lists what is pending, and what an operation has asked for`() async throws {
        #expect(try await Shell.backops(["approvals"]).messages.contains("nothing is asked"))
        let id = try await enqueue(#", "role": "finance", "within": "2 days""#, key: "order-42")
        let other = try await enqueue()
        let list = try await Shell.backops(["approvals"])
        #expect(list.output.contains("#\(id)") && list.output.contains("Refund order 42?"))
        #expect(list.output.contains("finance") && list.output.contains("anybody"))
        let number: Int64 = try await TestDatabase.current.value("select min(id) from pending_approvals")
        #expect(list.messages.contains("decide \(id) refund approved --approval \(number)`"))
        let rows = try await Shell.backops(["approvals", "--role", "finance", "--json"]).json()
        #expect(rows.arrayValue?.count == 1)
        #expect(rows[0]?["operation_id"]?.integerValue == id && rows[0]?["key"] == "order-42")
        let few = try await Shell.backops(["approvals", "--limit", "1"])
        #expect(few.messages.contains("the oldest 1") && !few.output.contains("#\(other)"))
        try await TestDatabase.current.query("insert into approvers values ('finance', 'ann')")
        let hers = try await Shell.backops(["approvals", "--for", "ann", "--json"]).json()
        #expect(hers.arrayValue?.count == 2)
        #expect(
            try await Shell.backops(["approvals", "--for", "eve", "--json"]).json().arrayValue?.count == 1
        )
        #expect(
            try await Shell.backops(["decide", "\(other)", "refund", "rejected", "--by", "bob"]).code == 0
        )
        let past = try await Shell.backops(["approvals", "\(other)"])
        #expect(past.output.contains("rejected") && past.output.contains("bob"))
        #expect(try await Shell.backops(["approvals", "\(other + 9)"]).code == 66)
    }

    @Test func `decide lets an operation go on, once`() async throws {
        let id = try await enqueue()
        let page = try await Shell.backops(["show", "\(id)"])
        #expect(page.output.contains("waits for the approval \"refund\""))
        #expect(page.output.contains("decide \(id) refund approved"))
        let decided = try await Shell.backops([
            "decide", "\(id)", "refund", "approved", "--reason", "the goods are back", "--by", "ann",
        ])
        #expect(decided.output == "approved #\(id) refund\n")
        let again = try await Shell.backops(["decide", "\(id)", "refund", "rejected"])
        #expect(again.code == 1)
        #expect(again.messages.contains("was approved by \"ann\""))
        let after = try await Shell.backops(["show", "\(id)"])
        #expect(after.output.contains("✓ approve approved by ann"))
        #expect(after.output.contains("the goods are back"))
    }

    @Test func `decide finds an operation by its key, and refuses who may not`() async throws {
        let id = try await enqueue(#", "role": "finance""#, key: "order-42")
        try await TestDatabase.current.query("insert into approvers values ('finance', 'ann')")
        let call = ["decide", "refund", "rejected", "--operation", "Refund", "--key", "order-42"]
        let refused = try await Shell.backops(call + ["--by", "eve"])
        #expect(refused.code == 77)
        #expect(refused.messages.contains("\"ann\""))
        let decided = try await Shell.backops(call + ["--by", "ann", "--json"]).json()
        #expect(decided["status"] == "rejected" && decided["operation_id"]?.integerValue == id)
        #expect(decided["decided_by"] == "ann")
        let missing = ["decide", "refund", "rejected", "--operation", "Refund", "--key", "none"]
        #expect(try await Shell.backops(missing).code == 66)
    }

    @Test func `decide and extend answer what was shown`() async throws {
        let id = try await enqueue(key: "order-42")
        let list = try await Shell.backops(["approvals", "--json"]).json()
        let shown = try #require(list[0]?["id"]?.integerValue)
        try await TestDatabase.current.query("select run_from(\(id), 'main', 'approve')")
        for call in [
            ["decide", "\(id)", "refund", "approved"], ["extend", "\(id)", "refund", "--until", "+1d"],
        ] {
            let refused = try await Shell.backops(call + ["--approval", "\(shown)"])
            #expect(refused.code == 1)
            #expect(refused.messages.contains("number \(shown + 1) is pending now"))
        }
        let key = ["--operation", "Refund", "--key", "order-42", "--approval", "\(shown + 1)"]
        #expect(try await Shell.backops(["extend", "refund", "--until", "+1d"] + key).code == 0)
        #expect(try await Shell.backops(["decide", "refund", "approved"] + key).code == 0)
        let past = try await Shell.backops(["approvals", "\(id)"])
        #expect(past.output.contains(" \(shown) ") && past.output.contains(" \(shown + 1) "))
    }

    @Test func `extend moves a deadline`() async throws {
        let id = try await enqueue(#", "within": 60"#)
        let moved = try await Shell.backops([
            "extend", "\(id)", "refund", "--until", "+2d", "--reason", "ann is ill",
        ])
        #expect(moved.output.hasPrefix("#\(id) refund can be decided until in "))
        let audit = try await Shell.backops(["audit", "\(id)"])
        #expect(audit.output.contains("extend") && audit.output.contains("ann is ill"))
    }

    @Test(arguments: [
        (["decide", "1", "refund"], "approved or rejected"),
        (["decide", "1", "refund", "yes"], "approved or"),
        (["decide", "refund", "approved"], "by its number"), (["decide"], "Name an operation"),
        (["decide", "refund", "approved", "--operation", "Refund"], "together"),
        (["extend", "1", "refund", "now", "--until", "+1h"], "Name one approval"),
        (["extend", "1", "refund"], "--until"), (["approvals", "1", "--for", "ann"], "leave the number out"),
        (["approvals", "--limit", "0"], "1 or more"),
    ])
    func `wrong usage is told what would do`(arguments: [String], words: String) async throws {
        try await Shell.expectWrongUsage(arguments, words)
    }
}
