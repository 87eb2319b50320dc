import BackOps
import Synchronization

/// An operation of the benchmark, whose actions do nothing but count.
protocol BenchOperation: OperationDefinition {
    init(_ bodies: BodyCounter)

    /// How many actions it has.
    static var actions: Int { get }
}

extension BenchOperation {
    /// The definition without anybody who looks at the count, for those who only enqueue.
    init() { self.init(BodyCounter()) }
}

/// One action.
struct OneAction: BenchOperation {
    static let actions = 1
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        Do("One") { context in bodies.count(context.operationID) }
    }
}

/// Three actions, each of which is durable before the next one starts.
struct ThreeActions: BenchOperation {
    static let actions = 3
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        for name in ["One", "Two", "Three"] {
            Do(name) { context in bodies.count(context.operationID) }
        }
    }
}

/// The same three, of an operation that excludes others of its key, of which there are none.
struct ThreeExclusively: BenchOperation {
    static let actions = 3
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var limit: OperationLimit? { .exclusive(by: GlobalKey<Int>("n")) }

    var branches: [Branch] { ThreeActions(bodies).branches }
}

/// The same three, each with a rate of the operation's key, which is never used up.
struct ThreePacedByKey: BenchOperation {
    static let actions = 3
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        for action in ThreeActions(bodies).branches.flatMap(\.actions) {
            action.rate(
                "by-key",
                1_000_000,
                per: .seconds(1),
                burst: 1_000_000,
                by: GlobalKey<Int>("n")
            )
        }
    }
}

/// The same three, each with a rate that all operations share, and which is never used up.
struct ThreePaced: BenchOperation {
    static let actions = 3
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        for action in ThreeActions(bodies).branches.flatMap(\.actions) {
            action.rate("shared", 1_000_000, per: .seconds(1), burst: 1_000_000)
        }
    }
}

/// One action, of which a hundred run at once.
struct OneOfHundred: BenchOperation {
    static let actions = 1
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        Do("One") { context in bodies.count(context.operationID) }.limit("hot", 100)
    }
}

/// Twenty actions.
struct TwentyActions: BenchOperation {
    static let actions = 20
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        for number in 1...Self.actions {
            Do("Action\(number)") { context in bodies.count(context.operationID) }
        }
    }
}

/// Two hundred actions.
struct TwoHundredActions: BenchOperation {
    static let actions = 200
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        for number in 1...Self.actions {
            Do("Action\(number)") { context in bodies.count(context.operationID) }
        }
    }
}

/// Three actions, each of which changes a global.
struct Noting: BenchOperation {
    static let actions = 3
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        for name in ["One", "Two", "Three"] {
            Do(name) { context in
                bodies.count(context.operationID)
                context["noted"] = .string(name)
            }
        }
    }
}

/// One action, which fails for good if it is told to.
struct Flaky: BenchOperation {
    static let actions = 1
    let bodies: BodyCounter
    let fails: Bool

    init(_ bodies: BodyCounter) { self.init(bodies, fails: false) }

    init(_ bodies: BodyCounter, fails: Bool) {
        self.bodies = bodies
        self.fails = fails
    }

    var branches: [Branch] {
        Do("Fetch") { context in
            bodies.count(context.operationID)
            if fails { throw Failure.permanent("the other side is down") }
        }
    }
}

/// One action behind a wait for a signal.
struct Awaiting: BenchOperation {
    static let actions = 1
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        WaitFor("go", timeout: .seconds(86_400))
        Do("One") { context in bodies.count(context.operationID) }
    }
}

/// One action behind an approval.
struct Asking: BenchOperation {
    static let actions = 1
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        Approval("go", question: "Is number {n} right?", within: .seconds(86_400))
        Do("One") { context in bodies.count(context.operationID) }
    }
}

/// One action that takes a second.
struct Sleeper: BenchOperation {
    static let actions = 1
    let bodies: BodyCounter

    init(_ bodies: BodyCounter) { self.bodies = bodies }

    var branches: [Branch] {
        Do("Sleep") { context in
            bodies.count(context.operationID)
            try await Task.sleep(for: .seconds(1))
        }
    }
}

/// Counts how many bodies of actions have run.
final class BodyCounter: Sendable {
    private let bodies = Atomic(0)
    private let limit: Int?
    private let recordsStarts: Bool
    private let starts = Mutex<[(operation: Int64, time: Double)]>([])
    private let onLimit: @Sendable () -> Void

    /// Makes a counter.
    ///
    /// - Parameters:
    ///   - limit: Calls the closure at this count.
    ///   - recordsStarts: Keeps the time of each, too.
    ///   - onLimit: What to do then.
    init(limit: Int? = nil, recordsStarts: Bool = false, onLimit: @escaping @Sendable () -> Void = {}) {
        self.limit = limit
        self.onLimit = onLimit
        self.recordsStarts = recordsStarts
    }

    func count(_ operation: Int64) {
        if recordsStarts {
            let now = ProcessorTime.monotonic
            starts.withLock { $0.append((operation, now)) }
        }
        let count = bodies.add(1, ordering: .relaxed).newValue
        if count == limit { onLimit() }
    }

    var total: Int { bodies.load(ordering: .relaxed) }

    /// When the action of each operation started, by the clock that all processes share.
    var startTimes: [(operation: Int64, time: Double)] { starts.withLock { $0 } }
}
