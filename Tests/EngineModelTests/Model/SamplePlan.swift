import BackOps

/// One action of a sample plan.
struct SampleAction: Hashable, Sendable {
    /// How long to wait after a failed attempt; never with jitter, so that the time can be foretold.
    enum Backoff: Hashable, Sendable {
        case constant(seconds: Int)
        case exponential(seconds: Int, maximum: Int)

        /// The delay after the given failed attempt.
        func delay(after attempt: Int) -> Int {
            switch self {
            case .constant(let seconds): seconds
            case .exponential(let seconds, let maximum): min(seconds << (attempt - 1), maximum)
            }
        }

        fileprivate var json: String {
            switch self {
            case .constant(let seconds): #"{"kind": "constant", "base": \#(seconds), "jitter": 0}"#
            case .exponential(let seconds, let maximum):
                #"{"base": \#(seconds), "factor": 2, "max": \#(maximum), "jitter": 0}"#
            }
        }
    }

    let branch: String
    let name: String
    var maxAttempts = 3
    var backoff = Backoff.constant(seconds: 5)
    var performIn: Int?
    var performAtGlobal: String?
    var queue: String?

    var json: String {
        var options = [#""max_attempts": \#(maxAttempts)"#, #""backoff": \#(backoff.json)"#]
        if let performIn { options.append(#""perform_in": \#(performIn)"#) }
        if let performAtGlobal { options.append(#""perform_at_global": "\#(performAtGlobal)""#) }
        if let queue { options.append(#""queue": "\#(queue)""#) }
        return #"["\#(name)", {\#(options.joined(separator: ", "))}]"#
    }
}

/// A plan that the histories use, for the model and as the JSON that the database is given.
struct SamplePlan: Hashable, Sendable {
    /// Branch by branch.
    let actions: [SampleAction]

    init(_ actions: [SampleAction]) {
        self.actions = actions
    }

    /// The same plan as the library knows it, for ``PlanProgress``.
    var plan: Plan {
        Plan(
            entries: actions.enumerated().map { index, action in
                Plan.Entry(
                    position: index + 1,
                    branch: BranchName(action.branch),
                    name: action.name,
                    options: ActionOptions()
                )
            }
        )
    }

    var json: String {
        var branches: [String] = []
        for branch in plan.branches {
            let entries = actions.filter { $0.branch == branch.description }.map(\.json)
            branches.append(#""\#(branch)": [\#(entries.joined(separator: ", "))]"#)
        }
        return "{\(branches.joined(separator: ", "))}"
    }
}

extension SamplePlan {
    /// The versions of every plan that can be registered, by name.
    static let registered: [String: [SamplePlan]] = [
        "Flow": [
            SamplePlan([
                SampleAction(branch: "main", name: "A", maxAttempts: 9),
                SampleAction(branch: "main", name: "B", backoff: .exponential(seconds: 4, maximum: 10)),
                SampleAction(branch: "main", name: "C", maxAttempts: 2),
                SampleAction(branch: "side", name: "S"),
                SampleAction(branch: "side", name: "T"),
            ]),
            SamplePlan([
                SampleAction(branch: "side", name: "S"),
                SampleAction(branch: "main", name: "A", maxAttempts: 5),
                SampleAction(branch: "main", name: "C"),
            ]),
        ],
        "Quick": [SamplePlan([SampleAction(branch: "main", name: "A", maxAttempts: 1)])],
        "Slow": [
            SamplePlan([
                SampleAction(branch: "main", name: "A", performIn: 20),
                SampleAction(branch: "main", name: "B", performAtGlobal: "t"),
                SampleAction(branch: "main", name: "C", queue: "slow"),
                SampleAction(branch: "side", name: "S", performIn: 7, queue: "slow"),
            ])
        ],
        "Late": [
            SamplePlan([SampleAction(branch: "main", name: "A"), SampleAction(branch: "main", name: "B")]),
            SamplePlan([SampleAction(branch: "main", name: "A", performAtGlobal: "t")]),
        ],
    ]

    /// The names that are registered, in their first version, before a history begins.
    static let known = ["Flow", "Quick", "Slow"]

    /// Plans that come with an INSERT.
    static let own = [
        SamplePlan([
            SampleAction(branch: "main", name: "A"), SampleAction(branch: "main", name: "B"),
            SampleAction(branch: "side", name: "S"),
        ]),
        SamplePlan([SampleAction(branch: "main", name: "A", maxAttempts: 4, performAtGlobal: "t")]),
    ]
}
