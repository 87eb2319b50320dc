import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Testing

/// Keeps the slot that its actions find.
private struct Slotted: OperationDefinition {
    static let name = "Slotted"
    var branches: [Branch] {
        Do("First") { $0["first"] = $0.slot.map { "\($0)" } }
        Do("Second") { $0["second"] = $0.slot.map { "\($0)" } }
    }
}

@Suite struct `A context` {
    @Test func `says who runs what`() throws {
        let context = try context()
        #expect(context.operationID == 42)
        #expect(context.operationName == "Flow")
        #expect(context.actionName == "A")
        #expect(context.branch == .main)
        #expect(context.attempt == 1)
        #expect(context.maxAttempts == 25)
        #expect(context.enqueuedAt == Date(timeIntervalSince1970: 0))
        #expect(context.idempotencyKey == "backops-42-1")
        #expect(context.deadline == nil)
        #expect(context.slot == nil)
        #expect(!context.isCancelled)
    }

    @Test func `has the slot that an inline run is given`() async {
        let slot = Date(timeIntervalSince1970: 1_700_000_000)
        let run = await runInline(Slotted(), slot: slot)
        #expect(run.state == .completed)
        #expect(run.globals["first"] == "\(slot)" && run.globals["second"] == "\(slot)")
    }

    @Test func `reads what it has set and what it has removed`() throws {
        let context = try context(globals: ["a": 1, "b": 2])
        context["a"] = 10
        context["b"] = nil
        context[.subscriptionID] = 7
        #expect(context["a"] == 10)
        #expect(context["b"] == nil)
        #expect(try context.require(.subscriptionID) == 7)
        #expect(throws: BackOpsError.missingGlobal("b")) { try context.require(GlobalKey<Int>("b")) }

        struct View: Decodable, Equatable { var a: Int, b: Int?, subscription_id: Int }
        #expect(try context.globals(as: View.self) == View(a: 10, b: nil, subscription_id: 7))
    }

    @Test func `does not read the globals before it is asked`() async throws {
        let context = try context(globals: Globals(text: Array("{broken".utf8)))
        context["a"] = 1
        #expect(context["a"] == 1)
        guard case .completed = await invoke(nothing("A").planned, context) else {
            Issue.record("not completed")
            return
        }
    }

    @Test func `writes back only what was touched, even if it did not change`() throws {
        let context = try context(globals: ["a": 1, "b": 2])
        context["a"] = 1
        _ = context["b"]
        #expect(try context.end().result.get().patch.jsonText == #"{"set":{"a":1},"unset":[]}"#)
    }

    @Test func `checkpoints what was set since the last time`() async throws {
        let host = RecordingHost()
        let context = try context(host: host)
        try await context.checkpoint()
        context["a"] = 1
        try await context.checkpoint()
        try await context.checkpoint()
        context["b"] = 2
        #expect(context["a"] == 1)
        #expect(host.record.checkpoints.map(\.jsonText) == [#"{"set":{"a":1},"unset":[]}"#])
        #expect(try context.end().result.get().patch.set == ["b": 2])
    }

    @Test func `keeps what could not be checkpointed for the completion`() async throws {
        let context = try context(host: RecordingHost(refusal: Broken()))
        context["a"] = 1
        context["b"] = 1
        await #expect(throws: Broken.self) { try await context.checkpoint() }
        context["b"] = 2
        #expect(try context.end().result.get().patch.set == ["a": 1, "b": 2])
    }

    @Test func `reports progress between 0 and 1`() throws {
        let host = RecordingHost()
        let context = try context(host: host)
        for fraction in [0.4, -1, 7, .nan, .infinity] { context.progress(fraction) }
        #expect(host.record.progress == [0.4, 0, 1, 0, 1])
    }

    @Test func `ignores what is set after its action has ended`() async throws {
        let context = try context()
        _ = await invoke(nothing("A").planned, context)
        context["late"] = 1
        context[GlobalKey<Double>("late")] = .infinity
        #expect(context["late"] == nil)
        #expect(throws: BackOpsError.actionEnded("jump(to:)")) { try context.jump(to: .main) }
        await #expect(throws: BackOpsError.actionEnded("checkpoint()")) { try await context.checkpoint() }
        await #expect(throws: BackOpsError.actionEnded("transaction(_:)")) {
            try await context.transaction { _ in }
        }
    }

    @Test func `finds an action that was renamed since the operation was enqueued`() throws {
        let context = try context(
            of: Flow {
                nothing("A")
                nothing("OldStep")
            }
        )
        try context.jump(to: .main, at: Billing.Step.self)
        #expect(try context.end().result.get().jump == 2)
    }
}

@Suite(.backops) struct `A transaction of an action` {
    @Test func `completes it with what was set inside and before`() async throws {
        let host = RecordingHost()
        let context = try context(host: host)
        let body = Do("A") { context in
            context["before"] = 1
            try await context.transaction { tx in
                try await tx.execute("create table effects as select 1")
                context["inside"] = 2
                try context.jump(to: .main)
            }
            context["after"] = 3
            #expect(throws: BackOpsError.actionEnded("jump(to:)")) { try context.jump(to: .main) }
        }
        guard case .committed(let result) = await invoke(body.planned, context) else {
            Issue.record("not committed")
            return
        }
        #expect(try await TestDatabase.current.value("select count(*) from effects", as: Int.self) == 1)
        #expect(host.record.committed == [result])
        #expect(result.patch.set == ["before": 1, "inside": 2])
        #expect(result.jump == 1)
    }

    @Test func `stays done whatever the body does afterwards`() async throws {
        let context = try context()
        let body = Do("A") { context in
            try await context.transaction { _ in }
            throw Broken()
        }
        guard case .committed = await invoke(body.planned, context) else {
            Issue.record("not committed")
            return
        }
    }

    @Test func `that fails leaves the action where it was`() async throws {
        let host = RecordingHost(refusal: Broken())
        let context = try context(host: host)
        let body = Do("A") { context in
            await #expect(throws: Broken.self) { try await context.transaction { _ in context["a"] = 1 } }
            context["b"] = 2
        }
        guard case .completed(let result) = await invoke(body.planned, context) else {
            Issue.record("not completed")
            return
        }
        #expect(result.patch.set == ["b": 2])
        #expect(host.record.committed.isEmpty)
    }

    @Test func `is not committed when it set what cannot be stored`() async throws {
        let host = RecordingHost()
        let context = try context(host: host)
        await #expect(throws: BackOpsError.self) {
            try await context.transaction { _ in context["a"] = "\0" }
        }
        #expect(host.record.committed.isEmpty)
    }
}
