import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

/// What an action does that no repetition can mend.
private enum Mistake: String, CaseIterable, Sendable {
    case unknownBranch, unknownAction, missingGlobal, wrongType, wrongTypeOfAll, unstorableValue,
        unstorableNumber
    case nestedTransaction, tooLarge

    var code: BackOpsError.Code {
        switch self {
        case .unknownBranch, .unknownAction: .unknownJumpTarget
        case .missingGlobal: .missingGlobal
        case .wrongType, .wrongTypeOfAll: .globalTypeMismatch
        case .unstorableValue, .unstorableNumber: .invalidGlobals
        case .tooLarge: .limitExceeded
        case .nestedTransaction: .actionEnded
        }
    }

    func make(_ context: ActionContext) async throws {
        struct All: Decodable { var text: Int }
        switch self {
        case .unknownBranch: try context.jump(to: "yellow")
        case .unknownAction: try context.jump(to: .main, at: "Nowhere")
        case .missingGlobal: _ = try context.require(GlobalKey<Int>("missing"))
        case .wrongType: _ = try context.require(GlobalKey<Int>("text"))
        case .wrongTypeOfAll: _ = try context.globals(as: All.self)
        case .unstorableValue: context["text"] = "\0"
        case .unstorableNumber: context[GlobalKey<Double>("ratio")] = .infinity
        case .nestedTransaction:
            try await context.transaction { _ in try await context.transaction { _ in } }
        case .tooLarge: context["text"] = .string(String(repeating: "x", count: 2 << 20))
        }
    }
}

private struct Mistaken: OperationDefinition {
    static let name = "Mistaken"
    let mistake: Mistake
    var policy: RetryPolicy?
    let runs = Counter()

    var branches: [Branch] {
        let action = Do("Act") { context in
            runs.next()
            try await mistake.make(context)
        }
        if let policy { action.retry(policy) } else { action }
    }
}

@Suite(.backops) struct `A mistake that no repetition can mend` {
    private func record(_ definition: Mistaken) async throws -> OperationRecord {
        try await withClient { client in
            let handle = try await client.enqueue(Mistaken.self, ["text": "a"])
            try await BackOpsWorker.test { definition }.drain()
            return try await handle.record()
        }
    }

    @Test(arguments: Mistake.allCases)
    fileprivate func `fails the operation with its first attempt`(mistake: Mistake) async throws {
        let definition = Mistaken(mistake: mistake)
        let record = try await record(definition)
        #expect(record.state == .failed)
        #expect(definition.runs.value == 1)
        #expect(record.error?.type == "BackOpsError.\(mistake.code)")
    }

    @Test(arguments: Mistake.allCases.filter { $0 != .tooLarge })
    fileprivate func `fails a run without a worker with its first attempt`(mistake: Mistake) async throws {
        let definition = Mistaken(mistake: mistake)
        let run = await runInline(definition, database: TestDatabase.current.pool) { $0["text"] = "a" }
        #expect(run.state == .failed)
        #expect(definition.runs.value == 1)
        #expect((run.error as? BackOpsError)?.code == mistake.code)
    }

    @Test(arguments: [Mistake.unknownBranch, .missingGlobal, .unstorableValue, .tooLarge])
    fileprivate func `is repeated where the policy says so`(mistake: Mistake) async throws {
        let policy = RetryPolicy.constant(maxAttempts: 2, delay: .zero).retryingMistakes()
        let definition = Mistaken(mistake: mistake, policy: policy)
        #expect(try await record(definition).state == .failed)
        #expect(definition.runs.value == 2)
        guard mistake != .tooLarge else { return }
        let inline = Mistaken(mistake: mistake, policy: policy)
        #expect(await runInline(inline).state == .failed)
        #expect(inline.runs.value == 2)
    }

    @Test func `does not pass for one where an error of your own says otherwise`() async throws {
        let runs = Counter()
        let run = await runInline(
            Flow {
                Do("A") { context in
                    runs.next()
                    do {
                        _ = try context.require(GlobalKey<Int>("missing"))
                    } catch {
                        throw Failure.retry(after: .zero, "another program sets it", underlying: error)
                    }
                }
                .retry(.constant(maxAttempts: 3, delay: .zero))
            }
        )
        #expect(run.state == .failed)
        #expect(runs.value == 3)
    }
}
