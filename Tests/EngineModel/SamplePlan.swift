package import BackOps

/// One action of a sample plan.
package struct SampleAction: Hashable, Sendable {
    /// How long to wait after a failed attempt; never with jitter, so that the time can be foretold.
    package enum Backoff: Hashable, Sendable {
        case constant(Int)
        case exponential(Int, maximum: Int)

        /// The delay after the given failed attempt.
        package func delay(after attempt: Int) -> Int {
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

    package let branch: String
    package let name: String
    package var maxAttempts = 3
    package var backoff = Backoff.constant(5)
    package var performIn: Int?
    package var performAtGlobal: String?
    package var queue: String?
    package var wait: SampleWait?
    package var limit: SampleLimit?
    package var rate: SampleRate?

    package init(
        branch: String,
        name: String,
        maxAttempts: Int = 3,
        backoff: Backoff = .constant(5),
        performIn: Int? = nil,
        performAtGlobal: String? = nil,
        queue: String? = nil,
        limit: SampleLimit? = nil,
        rate: SampleRate? = nil
    ) {
        self.branch = branch
        self.name = name
        self.maxAttempts = maxAttempts
        self.backoff = backoff
        self.performIn = performIn
        self.performAtGlobal = performAtGlobal
        self.queue = queue
        self.limit = limit
        self.rate = rate
    }

    /// A step that waits.
    package init(branch: String, name: String, wait: SampleWait) {
        self.init(branch: branch, name: name, maxAttempts: 1)
        self.wait = wait
    }

    /// Whether it has a time of its own.
    package var hasTime: Bool { performIn != nil || performAtGlobal != nil }

    package var json: String {
        if let wait { return #"["\#(name)", {\#(wait.options.joined(separator: ", "))}]"# }
        var options = [#""max_attempts": \#(maxAttempts)"#, #""backoff": \#(backoff.json)"#]
        if let performIn { options.append(#""perform_in": \#(performIn)"#) }
        if let performAtGlobal { options.append(#""perform_at_global": "\#(performAtGlobal)""#) }
        if let queue { options.append(#""queue": "\#(queue)""#) }
        if let limit { options.append(#""limit": \#(limit.json)"#) }
        if let rate { options.append(#""rate": \#(rate.json)"#) }
        return #"["\#(name)", {\#(options.joined(separator: ", "))}]"#
    }
}

/// A plan that the histories use, for the model and as the JSON that the database is given.
package struct SamplePlan: Hashable, Sendable {
    /// Branch by branch.
    package let actions: [SampleAction]
    /// Of the operations that have it.
    package let limit: SampleLimit?

    package init(_ actions: [SampleAction], limit: SampleLimit? = nil) {
        self.actions = actions
        self.limit = limit
    }

    /// All limits that it names.
    var limits: [SampleLimit] { actions.compactMap(\.limit) + (limit.map { [$0] } ?? []) }

    /// All rates that it names.
    var rates: [SampleRate] { actions.compactMap(\.rate) }

    /// The same plan as the library knows it, for ``PlanProgress``.
    package var plan: Plan {
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

    package var json: String {
        var branches: [String] = []
        for branch in plan.branches {
            let entries = actions.filter { $0.branch == branch.description }.map(\.json)
            branches.append(#""\#(branch)": [\#(entries.joined(separator: ", "))]"#)
        }
        if let limit { branches.append(#""/limit": \#(limit.json)"#) }
        return "{\(branches.joined(separator: ", "))}"
    }
}
