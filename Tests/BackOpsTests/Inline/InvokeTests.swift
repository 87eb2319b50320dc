import BackOps
import Foundation
import Testing

@Suite struct `An attempt` {
    private func attempt(
        _ context: ActionContext,
        _ body: @escaping @Sendable (ActionContext) async throws -> Void
    ) async -> ActionOutcome {
        await invoke(Do("A", body).planned, context, grace: .milliseconds(20), stackTraces: .onFailure())
    }

    private func failure(_ outcome: ActionOutcome) throws -> FailureRecord {
        guard case .failed(let record) = outcome else {
            throw BackOpsError(.wrongState, message: "expected a failure, not \(outcome)")
        }
        return record
    }

    private func snooze(_ outcome: ActionOutcome) throws -> Snooze {
        guard case .snoozed(let snooze) = outcome else {
            throw BackOpsError(.wrongState, message: "expected a snooze, not \(outcome)")
        }
        return snooze
    }

    @Test func `that returns completes with what it set and where it jumped`() async throws {
        let context = try context(
            of: Flow {
                nothing("A")
                Branch("red") { nothing("R") }
            }
        )
        let outcome = await attempt(context) { context in
            context["a"] = 1
            try context.jump(to: "red")
        }
        guard case .completed(let result) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(result.jump == 2)
        #expect(result.patch.jsonText == #"{"set":{"a":1},"unset":[]}"#)
    }

    @Test func `that throws fails with type, message and trace`() async throws {
        let record = try failure(await attempt(try context()) { _ in throw Broken() })
        #expect(record.decision == .retry)
        #expect(record.errorType == "Broken")
        #expect(record.message == "Broken()")
        #expect(await record.resolved().stackTrace?.contains("InvokeTests.swift") == true)
        #expect(record.error is Broken)
    }

    @Test func `says how to go on`() async throws {
        let permanent = try failure(await attempt(try context()) { _ in throw Failure.permanent("No") })
        #expect(permanent.decision == .permanent)
        let later = try failure(
            await attempt(try context()) { _ in
                throw Failure.retry(after: .seconds(9), "Wait", underlying: Broken())
            }
        )
        #expect(later.decision == .retryAfter(.seconds(9)))
        #expect(later.errorType == "Broken")
        #expect(later.message == "Wait: Broken()")
    }

    @Test func `may put itself off`() async throws {
        let date = Date(timeIntervalSince1970: 5)
        #expect(try snooze(await attempt(try context(), { try $0.snooze(until: date) })) == Snooze(.at(date)))
        #expect(
            try snooze(await attempt(try context(), { try $0.snooze(.seconds(-3)) })) == Snooze(.in(.zero))
        )
        let limited = await attempt(try context()) {
            try $0.snooze(.seconds(1), atMost: 2, within: .seconds(9))
        }
        #expect(try snooze(limited) == Snooze(.in(.seconds(1)), atMost: 2, within: .seconds(9)))
    }

    @Test(arguments: [Snooze(.now, atMost: 0), Snooze(.now, within: .zero)])
    func `fails where it puts itself off within limits that make no sense`(_ snooze: Snooze) async throws {
        let failure = try failure(await attempt(try context()) { _ in throw snooze })
        #expect((failure.error as? BackOpsError)?.code == .invalidConfiguration)
    }

    @Test func `that gives way to the cancellation of its task is cancelled`() async throws {
        let context = try context()
        let started = Gate()
        let task = Task {
            await attempt(context) { _ in
                started.open()
                try await Task.sleep(for: .seconds(60))
            }
        }
        await started.wait()
        task.cancel()
        guard case .cancelled = await task.value else {
            Issue.record("not cancelled")
            return
        }
    }

    @Test func `that throws a cancellation of its own making failed`() async throws {
        let record = try failure(await attempt(try context()) { _ in throw CancellationError() })
        #expect(record.errorType == "CancellationError")
    }

    @Test func `is cancelled through a time limit too`() async throws {
        let context = try context(timeout: .seconds(60))
        let started = Gate()
        let task = Task {
            await attempt(context) { context in
                started.open()
                try await Task.sleep(for: .seconds(60))
            }
        }
        await started.wait()
        task.cancel()
        guard case .cancelled = await task.value else {
            Issue.record("not cancelled")
            return
        }
    }

    @Test func `that ends within its time limit is like any other`() async throws {
        let context = try context(timeout: .seconds(60))
        #expect(context.deadline != nil)
        guard case .completed = await attempt(context, { $0["a"] = 1 }) else {
            Issue.record("not completed")
            return
        }
    }

    @Test func `that fails within its time limit is like any other`() async throws {
        let record = try failure(await attempt(try context(timeout: .seconds(60))) { _ in throw Broken() })
        #expect(record.error is Broken)
    }

    @Test(arguments: [Duration.milliseconds(20), .nanoseconds(1)])
    func `that exceeds its time limit is cancelled and fails`(limit: Duration) async throws {
        let context = try context(timeout: limit)
        let record = try failure(
            await invoke(
                Do("A") { _ in try await Task.sleep(for: .seconds(60)) }.planned,
                context,
                grace: .seconds(30)
            )
        )
        #expect(record.errorType == "BackOpsError.timedOut")
        #expect(record.error as? BackOpsError == .timedOut("main/A", after: limit))
        #expect(record.decision == .retry)
    }

    @Test func `that ignores its time limit ends all the same, and has no effect any more`() async throws {
        let gate = Gate()
        let ended = Gate()
        let context = try context(timeout: .milliseconds(20))
        let record = try failure(
            await attempt(context) { context in
                await gate.wait()
                context["late"] = 1
                #expect(throws: BackOpsError.actionEnded("jump(to:)")) { try context.jump(to: .main) }
                await #expect(throws: BackOpsError.actionEnded("transaction(_:)")) {
                    try await context.transaction { _ in }
                }
                ended.open()
            }
        )
        #expect(record.message.contains("It still ran after its task was cancelled"))
        gate.open()
        await ended.wait()
        #expect(context["late"] == nil)
    }

    @Test func `fails when it set what cannot be stored`() async throws {
        let infinite = try failure(await attempt(try context()) { $0[GlobalKey<Double>("d")] = .infinity })
        #expect((infinite.error as? BackOpsError)?.code == .invalidGlobals)
        let nul = try failure(await attempt(try context()) { $0["s"] = "\0" })
        #expect((nul.error as? BackOpsError)?.subject == "s")
    }
}
