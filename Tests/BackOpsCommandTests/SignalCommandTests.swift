import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `The commands signal and wake-up` {
    private func enqueue(_ step: String, key: String? = nil) async throws -> Int64 {
        try await TestDatabase.current.value(
            """
            insert into operations (name, key, branches)
              values ('Refund', \(key), json_build_object('main', json_build_array(json_build_array('decision', \(PQJSON(step))), 'Pay')))
            returning id
            """
        )
    }

    private func signals() async throws -> [String] {
        try await TestDatabase.current.query(
            "select concat_ws(' ', operation_id, name, payload, dedup_key) from signals order by id"
        ).map { try $0.decode(0, as: String.self) }
    }

    @Test func `signal sends a payload to an operation, and says what became of it`() async throws {
        let id = try await enqueue(#"{"wait_for": "approved"}"#)
        let sent = try await Shell.backops([
            "signal", "\(id)", "approved", "by=ann", "n:=7", "--dedup-key", "k",
        ])
        #expect(sent.output == "delivered #\(id)\n")
        #expect(try await signals() == [#"\#(id) approved {"n": 7, "by": "ann"} k"#])
        let again = try await Shell.backops(["signal", "\(id)", "approved", "--dedup-key", "k"])
        #expect(again.output == "duplicate #\(id)\n")
        let kept = try await Shell.backops(["signal", "\(id)", "other", "--payload", "[1]", "--json"])
        #expect(try kept.json()["answer"] == "kept")
    }

    @Test func `signal finds an operation by its key`() async throws {
        let id = try await enqueue(#"{"wait_for": "approved"}"#, key: "order-42")
        let arguments = ["signal", "approved", "--operation", "Refund", "--key"]
        #expect(try await Shell.backops(arguments + ["order-42"]).output == "delivered Refund order-42\n")
        #expect(try await signals() == ["\(id) approved"])
        #expect(try await Shell.backops(arguments + ["none"]).code == 66)
    }

    @Test func `signal reaches all that wait, after a look`() async throws {
        let first = try await enqueue(#"{"wait_for": "approved"}"#)
        let second = try await enqueue(#"{"wait_for": "approved"}"#)
        let asleep = try await enqueue(#"{"sleep": 3600}"#)
        #expect(try await Shell.backops(["cancel", "\(asleep)"]).code == 0)
        let look = try await Shell.backops(["signal", "approved", "--name", "Refund", "-n"])
        #expect(look.output.contains("would have signalled 2 operations"))
        #expect(try await signals().isEmpty)
        let sent = try await Shell.backops(["signal", "approved", "--name", "Refund", "--yes"])
        #expect(sent.output == "signalled 2 operations\n")
        #expect(try await signals() == ["\(first) approved", "\(second) approved"])
    }

    @Test(arguments: [
        (["signal", "1"], "Name the signal"), (["signal", "1", "a", "b"], "no assignment"),
        (["signal", "1", "a", "x=1", "--payload", "1"], "not both"),
        (["signal", "1", "a", "--payload", "{"], "not JSON"), (["signal", "a"], "Name operations by number"),
        (["signal", "a", "--operation", "Refund"], "together"),
        (["signal", "1", "a", "--operation", "Refund", "--key", "k"], "--operation and --key"),
        (["signal", "1", "a", "--reason", "r"], "payload"), (["wake-up"], "Name operations by number"),
    ])
    func `wrong usage is told what would do`(arguments: [String], words: String) async throws {
        try await Shell.expectWrongUsage(arguments, words)
    }

    @Test func `signal to one that has ended is an error`() async throws {
        let id = try await enqueue(#"{"wait_for": "approved"}"#)
        #expect(try await Shell.backops(["cancel", "\(id)"]).code == 0)
        let refused = try await Shell.backops(["signal", "\(id)", "approved"])
        #expect(refused.code == 1)
        #expect(refused.messages.contains("#\(id) has ended: nothing was sent"))
    }

    @Test func `wake-up ends a sleep, and show says what would`() async throws {
        let id = try await enqueue(#"{"sleep": "1 day"}"#)
        let page = try await Shell.backops(["show", "\(id)"])
        #expect(page.output.contains("◇ waiting, until in "))
        #expect(page.output.contains("wake-up \(id)"))
        let woken = try await Shell.backops(["wake-up", "\(id)", "--reason", "it is late"])
        #expect(woken.output.contains("#\(id)  Refund"))
        let after = try await Shell.backops(["show", "\(id)"])
        #expect(after.output.contains("✓ decision woken"))
        #expect(after.output.contains("it is late"))
    }

    @Test func `show says which signal an operation waits for, and which it has got`() async throws {
        let id = try await enqueue(#"{"wait_for": ["approved", "rejected"], "timeout": "2 days"}"#)
        let page = try await Shell.backops(["show", "\(id)"])
        #expect(page.output.contains("waits for the signal \"approved\" or \"rejected\""))
        #expect(page.output.contains("signal \(id) approved"))
        #expect(try await Shell.backops(["list", "--state", "waiting", "-q"]).output == "\(id)\n")
        #expect(try await Shell.backops(["signal", "\(id)", "rejected"]).code == 0)
        let after = try await Shell.backops(["show", "\(id)"])
        #expect(after.output.contains("✓ decision rejected"))
        #expect(after.output.contains("signal"))
    }
}
