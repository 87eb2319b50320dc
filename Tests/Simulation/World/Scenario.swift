import EngineModel

/// Everything that a simulation is made of; a seed gives it, and a smaller one may show the same fault.
struct Scenario: Sendable {
    let seed: UInt64
    var processes: [ProcessPlan]
    var lease: Int
    var gracePeriod: Int
    /// How long a message is on its way at least and at most.
    var latency: ClosedRange<Int>
    var operations: [OperationPlan]
    var schedules: [SchedulePlan] = []
    var faults: [Fault]
    /// When the last fault ends, at the latest; afterwards everything has to come to its end.
    var faultsEnd: Moment

    /// Whether the server's data are ever set back, so that its former states must be kept.
    var losesCommits: Bool {
        faults.contains { if case .failOver = $0.kind { true } else { false } }
    }
}

/// A worker's process.
struct ProcessPlan: Sendable {
    var slots: Int
    /// Whether the database can tell it something; otherwise there is a pooler in between, and it asks.
    var listens: Bool
    var startsAt: Moment
}

/// An operation that is to be run.
struct OperationPlan: Sendable {
    let number: Int
    var enqueuedAt: Moment
    var name: String
    var queue: String
    var priority: Int
    var performIn: Int?
    /// The value of the global by which limits count.
    var key: Int?
    /// When somebody sends it the signal that it waits for, or will wait for.
    var signalledAt: [Moment] = []
    /// What people make of what it asks for.
    var decisions: [DecisionPlan] = []
    var conduct: Conduct
}

/// Somebody who looks at what an operation asks for, thinks, and decides what he saw.
struct DecisionPlan: Sendable {
    var looksAt: Moment
    var thinksFor: Int
    var isApproval: Bool
}

/// A schedule that is to be created.
struct SchedulePlan: Sendable {
    let name: String
    var createdAt: Moment
    var request: ScheduleRequest
    var conduct: Conduct
}

/// How the actions of an operation behave.
struct Conduct: Sendable {
    /// How long they take, at least and at most.
    var duration: ClosedRange<Int>
    /// How many of a thousand attempts fail, fail for good, snooze, jump, or complete themselves in a transaction.
    var failing = 0
    var failingForGood = 0
    var snoozing = 0
    var jumping = 0
    var committing = 0
    /// How many set a global that the database cannot store.
    var unstorable = 0
    /// They go on when they are cancelled.
    var isStubborn = false
    /// The position of an action that ends its worker's process.
    var poison: Int?
}

/// Something that goes wrong.
struct Fault: Sendable {
    enum Kind: Sendable {
        case kill(process: Int)
        case freeze(process: Int, lasting: Int)
        /// All of its connections end.
        case cut(process: Int)
        /// Its heartbeat's connection ends.
        case cutHeartbeat(process: Int)
        /// Nothing comes through in either direction, and nobody is told.
        case partition(process: Int, lasting: Int)
        case stop(process: Int, StopKind)
        case restartServer(lasting: Int)
        /// Another server takes over, without the commits of the last moments.
        case failOver(lasting: Int, losing: Int)
        case jumpClock(by: Int)
        /// Messages are lost, late or doubled, so many of a thousand.
        case badNetwork(perMille: Int, lasting: Int)
        /// The server refuses statements, so many of a thousand.
        case refusals(Refusals, perMille: Int, lasting: Int)
        case steer(operation: Int, Steering)
        case pauseQueue(String, lasting: Int)
        /// So many of the queue may run at once; nil is any number.
        case limitQueue(String, Int?)
        /// Its operations take turns by a global; nil is no more.
        case shareQueue(String, by: String?, weights: [String: Int])
    }

    enum StopKind: String, Sendable, CaseIterable { case whenIdle, graceful, now }
    enum Refusals: String, Sendable, CaseIterable { case busy, deadlock, diskFull, unexpected }
    enum Steering: String, Sendable, CaseIterable { case cancel, retry, jump, skip, cancelAndRetry }

    var at: Moment
    var kind: Kind
}

extension Scenario {
    /// An action of which two may run at once, operations of which one of each key may, and both, with a wait that gives the slot back.
    private static let limited = [
        "Hot": [
            SamplePlan([
                SampleAction(branch: "main", name: "A", maxAttempts: 8, backoff: .constant(.ms(300))),
                SampleAction(
                    branch: "main",
                    name: "B",
                    maxAttempts: 8,
                    backoff: .constant(.ms(700)),
                    limit: SampleLimit("hot", 2)
                ),
                SampleAction(branch: "main", name: "C", backoff: .constant(.s(1))),
            ])
        ],
        "Sole": [
            SamplePlan(
                [
                    SampleAction(branch: "main", name: "A", maxAttempts: 8, backoff: .constant(.ms(300))),
                    SampleAction(branch: "main", name: "B", backoff: .constant(.s(2))),
                ],
                limit: SampleLimit("sole", 1, by: "key")
            )
        ],
        "Both": [
            SamplePlan(
                [
                    SampleAction(
                        branch: "main",
                        name: "A",
                        backoff: .constant(.s(1)),
                        limit: SampleLimit("hot")
                    ),
                    SampleAction(branch: "main", name: "Rest", wait: .sleep(.s(2))),
                    SampleAction(branch: "main", name: "B", maxAttempts: 8, backoff: .constant(.ms(500))),
                ],
                limit: SampleLimit("both", 1, by: "key", freeWhileWaiting: true)
            )
        ],
    ]

    /// Actions that start twice a second, or of each key every two thirds of one, and one with a slot, too.
    private static let paced = [
        "Paced": [
            SamplePlan([
                SampleAction(
                    branch: "main",
                    name: "A",
                    maxAttempts: 8,
                    backoff: .constant(.ms(300)),
                    rate: SampleRate("pace", .init(2, per: .s(1), burst: 3))
                ),
                SampleAction(
                    branch: "main",
                    name: "B",
                    maxAttempts: 8,
                    backoff: .constant(0),
                    rate: SampleRate("each", .init(3, per: .s(1)), by: "key", weight: 2)
                ),
                SampleAction(branch: "main", name: "C", backoff: .constant(.s(1))),
            ])
        ],
        "Press": [
            SamplePlan(
                [
                    SampleAction(
                        branch: "main",
                        name: "A",
                        backoff: .constant(.s(1)),
                        limit: SampleLimit("hot"),
                        rate: SampleRate("pace")
                    ),
                    SampleAction(branch: "main", name: "Rest", wait: .sleep(.s(1))),
                    SampleAction(
                        branch: "main",
                        name: "B",
                        maxAttempts: 8,
                        backoff: .constant(.ms(500)),
                        rate: SampleRate("pace")
                    ),
                ],
                limit: SampleLimit("press", 2, by: "key", freeWhileWaiting: true)
            )
        ],
    ]

    /// The plans that operations have: times in microseconds.
    static let catalog = PlanCatalog(
        registered: [
            "Short": [SamplePlan([SampleAction(branch: "main", name: "A", backoff: .constant(.s(1)))])],
            "Three": [
                SamplePlan([
                    SampleAction(branch: "main", name: "A", maxAttempts: 8, backoff: .constant(.ms(300))),
                    SampleAction(
                        branch: "main",
                        name: "B",
                        maxAttempts: 8,
                        backoff: .exponential(.ms(500), maximum: .s(20))
                    ),
                    SampleAction(branch: "main", name: "C", maxAttempts: 2, backoff: .constant(.s(2))),
                    SampleAction(branch: "side", name: "S", backoff: .constant(.s(1))),
                    SampleAction(branch: "side", name: "T", performIn: .s(3)),
                ])
            ],
            "Long": [
                SamplePlan(
                    (1...8).map {
                        SampleAction(
                            branch: "main",
                            name: "A\($0)",
                            maxAttempts: 10,
                            backoff: .constant(.ms(100))
                        )
                    }
                )
            ],
            "Far": [
                SamplePlan([
                    SampleAction(branch: "main", name: "A", backoff: .constant(.s(1))),
                    SampleAction(branch: "main", name: "B", performIn: .min(9), queue: "slow"),
                    SampleAction(branch: "main", name: "C", backoff: .exponential(.s(30), maximum: .min(20))),
                ])
            ],
            "Patient": [
                SamplePlan([
                    SampleAction(branch: "main", name: "A", backoff: .constant(.s(1))),
                    SampleAction(branch: "main", name: "Rest", wait: .sleep(.s(2))),
                    SampleAction(
                        branch: "main",
                        name: "Ask",
                        wait: .signal(["go"], timeout: .s(30), onTimeout: .branch("late"), into: "answer")
                    ),
                    SampleAction(branch: "main", name: "B", backoff: .constant(.s(2))),
                    SampleAction(branch: "late", name: "L", backoff: .constant(.s(1))),
                    SampleAction(branch: "late", name: "Pause", wait: .sleep(.ms(50))),
                ])
            ],
            "Signed": [
                SamplePlan([
                    SampleAction(branch: "main", name: "A", backoff: .constant(.s(1))),
                    SampleAction(
                        branch: "main",
                        name: "Ask",
                        wait: .approval(
                            "go",
                            within: .s(30),
                            otherwise: .goOn,
                            rejected: .branch("late"),
                            into: "answer"
                        )
                    ),
                    SampleAction(branch: "main", name: "B", backoff: .constant(.s(2))),
                    SampleAction(branch: "late", name: "L", backoff: .constant(.s(1))),
                ])
            ],
        ].merging(limited) { $1 }.merging(paced) { $1 },
        known: [
            "Short", "Three", "Long", "Far", "Patient", "Signed", "Hot", "Sole", "Both", "Paced", "Press",
        ]
    )
}
