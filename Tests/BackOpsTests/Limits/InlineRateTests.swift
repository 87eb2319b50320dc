import BackOps
import BackOpsTesting
import Testing

private struct Paced: OperationDefinition {
    static let name = "Paced"
    let count: Int

    var branches: [Branch] {
        nothing("A").rate("stripe", count, per: .seconds(3600), by: GlobalKey<String>("customer"))
        Do("B") { context in
            for _ in 1...5 { try await context.consume("stripe", 100, key: "ann") }
            guard try await context.tryConsume("unheard-of") == .granted else { throw Broken() }
            if context.attempt == 1 {
                throw Failure.retry(after: .seconds(30), closing: "stripe", "429 Too Many Requests")
            }
        }
        .rate("stripe", weight: 1000)
    }
}

@Suite struct `An operation with rates, run inline` {
    @Test func `waits for none, and every call is granted`() async {
        let run = await runInline(Paced(count: 1))
        #expect(run.state == .completed, "\(run.errors)")
        #expect(run.waits == [.seconds(30)])
        #expect(run.attempts["main/B"] == 2)
    }

    @Test func `is refused where its rates could not be`() async {
        let run = await runInline(Paced(count: 0))
        #expect(run.state != .completed && run.path.isEmpty)
    }
}

@Suite struct `Calls that an action counts` {
    @Test func `put it off once the rate is used up`() async throws {
        let host = RecordingHost()
        let context = try context(host: host)
        try await context.consume("stripe", 2, key: "ann")
        #expect(try await context.tryConsume("stripe") == .granted)
        #expect(host.record.consumed == ["2 of stripe/ann", "1 of stripe"])
        let error = await #expect(throws: Snooze.self) { try await context.consume("stripe") }
        guard case .at(let date) = error?.when else { throw Broken() }
        #expect(try await context.tryConsume("stripe") == .later(date))
        #expect(error?.atMost == nil && error?.within == nil)
    }

    @Test func `are not counted when it has ended`() async throws {
        let host = RecordingHost()
        let context = try context(host: host)
        _ = await invoke(nothing("A").planned, context)
        let error = await #expect(throws: BackOpsError.self) { try await context.consume("stripe") }
        #expect(error?.code == .actionEnded && host.record.consumed.isEmpty)
    }

    @Test func `that cannot be counted are its error`() async throws {
        let context = try context(host: RecordingHost(refusal: Broken()))
        await #expect(throws: Broken.self) { try await context.consume("stripe") }
    }
}
