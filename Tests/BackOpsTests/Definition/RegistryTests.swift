import BackOps
import BackOpsTesting
import Testing

enum Billing {
    struct Charge: OperationDefinition {
        var branches: [Branch] { Step() }
    }

    struct Step: Action {
        static let formerNames = ["OldStep"]
        func run(_ context: ActionContext) async throws {}
    }
}

private struct Renamed: OperationDefinition {
    static let name = "Renamed"
    static let formerNames = ["Former"]
    var branches: [Branch] {
        Billing.Step().named("First")
        Billing.Step()
        nothing("Closure")
    }
}

private struct Hidden: OperationDefinition {
    var branches: [Branch] { nothing("A") }
}

private struct Slashed: OperationDefinition {
    static let name = "a/b"
    var branches: [Branch] { nothing("A") }
}

/// Says which of several actions of one name it is.
private struct Numbered: Action {
    static let name = "Numbered"
    let number: Int64
    func run(_ context: ActionContext) async throws { context["numbers"] = .integer(number) }
}

private struct Twice: OperationDefinition {
    static let name = "Twice"
    var branches: [Branch] {
        Numbered(number: 1).queue("one")
        Numbered(number: 2).queue("two")
        Branch("side") { Numbered(number: 3).queue("three") }
    }
}

@Suite struct `A registry` {
    @Test func `names types without their module`() {
        #expect(Billing.Charge.name == "Billing.Charge")
        #expect(Billing.Step.name == "Billing.Step")
        #expect(Fulfilment.name == "Fulfilment")
    }

    @Test func `finds actions by current and former names of both`() throws {
        let registry = try Registry([Renamed()])
        for operation in ["Renamed", "Former"] {
            #expect(registry.action(operation: operation, action: "First")?.name == "First")
            #expect(registry.action(operation: operation, action: "Closure") != nil)
            #expect(registry.action(operation: operation, action: "OldStep") != nil)
            #expect(registry.plan(operation)?.entries.count == 3)
        }
        #expect(registry.action(operation: "Renamed", action: "None") == nil)
    }

    @Test func `finds actions for ad-hoc operations, but not closures`() throws {
        let registry = try Registry([Renamed()])
        #expect(registry.action(operation: "one-off", action: "Billing.Step") != nil)
        #expect(registry.action(operation: "one-off", action: "OldStep") != nil)
        #expect(registry.action(operation: "one-off", action: "Closure") == nil)
        #expect(registry.plan("one-off") == nil)
    }

    @Test func `takes actions that stand alone`() throws {
        let registry = try Registry([], actions: [nothing("Ping"), Billing.Step()])
        #expect(registry.action(operation: "any", action: "Ping") != nil)
        #expect(registry.handlers == ["/Billing.Step", "/OldStep", "/Ping"])
    }

    @Test func `lists what it can run`() throws {
        #expect(
            try Registry([Renamed()]).handlers == [
                "/Billing.Step", "/First", "/OldStep",
                "Former/Billing.Step", "Former/Closure", "Former/First", "Former/OldStep",
                "Renamed/Billing.Step", "Renamed/Closure", "Renamed/First", "Renamed/OldStep",
            ]
        )
    }

    @Test func `tells actions of one name apart by branch and occurrence`() throws {
        let registry = try Registry([Twice()])
        func queue(_ branch: BranchName, _ occurrence: Int) -> String? {
            registry.action(operation: "Twice", action: "Numbered", branch: branch, occurrence: occurrence)?
                .options.queue
        }
        #expect(queue(.main, 0) == "one")
        #expect(queue(.main, 1) == "two")
        #expect(queue("side", 0) == "three")
        #expect(queue(.main, 2) == "one")
        #expect(queue("gone", 0) == "one")
    }

    @Test func `refuses two definitions of one name`() {
        #expect(throws: BackOpsError.duplicateDefinition("Renamed")) { try Registry([Renamed(), Renamed()]) }
    }

    @Test func `refuses types whose name changes from build to build`() {
        struct Local: OperationDefinition {
            var branches: [Branch] { nothing("A") }
        }
        struct LocalAction: Action {
            func run(_ context: ActionContext) async throws {}
        }
        for definition in [Hidden(), Local()] as [any OperationDefinition] {
            let error = #expect(throws: BackOpsError.self) { try Registry([definition]) }
            #expect(error?.code == .invalidName)
            #expect(error?.message.contains("Give it a `static let name`") == true)
        }
        #expect(throws: BackOpsError.self) { try Registry([Flow { LocalAction() }]) }
        #expect(throws: BackOpsError.self) { try Registry([], actions: [LocalAction()]) }
    }

    @Test func `refuses a slash in an operation's name`() {
        let error = #expect(throws: BackOpsError.self) { try Registry([Slashed()]) }
        #expect(error?.message == "The name of an operation, \"a/b\", contains \"/\". Leave it out.")
    }

    @Test func `refuses a former name that could not be stored`() {
        struct WasSlashed: Action {
            static let name = "WasSlashed"
            static let formerNames = ["a/b"]
            func run(_ context: ActionContext) async throws {}
        }
        let error = #expect(throws: BackOpsError.self) { try Registry([Flow { WasSlashed() }]) }
        #expect(error?.code == .invalidName)
    }

    @Test func `makes runInline refuse what a worker would`() async {
        let run = await runInline(Hidden())
        #expect(run.state == .failed)
        #expect((run.error as? BackOpsError)?.code == .invalidName)
    }
}
