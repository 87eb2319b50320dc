import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import TestSupport
import Testing

/// Ends when its gate opens, if its globals have one.
private struct Gated: OperationDefinition {
    static let name = "Gated"
    let journal: Journal
    let gate: Gate

    var branches: [Branch] {
        Do("Act") { context in
            guard context["waits"] == true else { return }
            journal.note("began")
            await gate.wait()
            if context["fails"] == true { throw Failure.permanent("as asked") }
        }
    }
}

@Suite(.backops) struct `A job whose row somebody has locked` {
    @Test(arguments: [false, true])
    func `keeps its outcome until that is taken, and nothing else waits for it`(fails: Bool) async throws {
        let (journal, gate) = (Journal(), Gate())
        let other = try await PQConnection.connect(TestDatabase.current.options)
        try await withClient { client async throws in
            let worker = try BackOpsWorker.test { Gated(journal: journal, gate: gate) }
            try await working(worker) { () async throws in
                let locked = try await client.enqueue(
                    Gated.self,
                    ["waits": true, "fails": .bool(fails)]
                )
                try await eventually("it runs") { journal.entries == ["began"] }
                try await other.script("begin; select from jobs for update")
                gate.open()
                for _ in 1...3 {
                    let free = try await client.enqueue(Gated.self)
                    #expect(try await free.result(timeout: .seconds(600)).state == .completed)
                }
                #expect(try await locked.record().status == .running)
                try await other.script("commit")
                #expect(
                    try await locked.result(timeout: .seconds(600)).state == (fails ? .failed : .completed)
                )
            }
        }
        await other.close()
    }
}
