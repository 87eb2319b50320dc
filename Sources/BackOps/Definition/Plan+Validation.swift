extension Plan {
    /// Refuses a plan that could not run, with a sentence that says what to do.
    static func validate(
        _ branches: [(name: BranchName, actions: [(name: String, options: ActionOptions)])],
        of operation: String
    ) throws(BackOpsError) {
        guard !branches.isEmpty else {
            throw .invalidPlan(operation, "There are no actions. List at least one in `branches`.")
        }
        var seen: Set<BranchName> = []
        for branch in branches {
            try NameRule.check(branch.name.description, of: "a branch")
            guard seen.insert(branch.name).inserted else {
                let hint = branch.name == .main ? " Bare actions already form the branch \"main\"." : ""
                throw .invalidPlan(
                    operation,
                    "There are two branches \"\(branch.name)\". Rename or join them.\(hint)"
                )
            }
            guard !branch.actions.isEmpty else {
                throw .invalidPlan(
                    operation,
                    "The branch \"\(branch.name)\" is empty. Give it an action or leave it out."
                )
            }
        }
        guard seen.contains(.main) else {
            throw .invalidPlan(
                operation,
                "There is no branch \"main\", where the operation starts. List its actions."
            )
        }
        for branch in branches {
            for action in branch.actions {
                try validate(action, in: branch.name, of: operation, branches: seen)
            }
        }
    }

    /// Refuses limits that could not be, and those of one name that contradict each other.
    static func validate(
        _ limit: PlannedLimit?,
        _ branches: [(name: BranchName, actions: [(name: String, options: ActionOptions)])],
        of operation: String
    ) throws(BackOpsError) {
        do {
            try limit?.validate()
        } catch {
            throw .invalidPlan(operation, error.message)
        }
        if let limit {
            for branch in branches {
                for action in branch.actions
                where action.options.limit?.name.hasSameBytes(as: limit.name) == true {
                    throw .invalidPlan(
                        operation,
                        """
                        \(branch.name)/\(action.name) has the limit "\(limit.name)" of its operation, which would wait for a slot \
                        while it holds one. Give one of them another name.
                        """
                    )
                }
            }
        }
        var maxima: [ExactText: Int] = [:]
        let others = branches.flatMap(\.actions).map(\.options.limit)
        for limit in [limit] + others {
            guard let limit, let maximum = limit.maximum else { continue }
            let known = maxima.updateValue(maximum, forKey: ExactText(limit.name)) ?? maximum
            guard known == maximum else {
                throw .invalidPlan(
                    operation,
                    "The limit \"\(limit.name)\" is given as \(known) and as \(maximum). Keep one of them."
                )
            }
        }
    }

    /// Refuses rates of one name that contradict each other.
    static func validateRates(
        _ branches: [(name: BranchName, actions: [(name: String, options: ActionOptions)])],
        of operation: String
    ) throws(BackOpsError) {
        var paces: [ExactText: RatePace] = [:]
        for rate in branches.flatMap(\.actions).map(\.options.rate) {
            guard let rate, let pace = rate.pace else { continue }
            let known = paces.updateValue(pace, forKey: ExactText(rate.name)) ?? pace
            guard known == pace else {
                throw .invalidPlan(
                    operation,
                    "The rate \"\(rate.name)\" is given as \(known) and as \(pace). Keep one of them."
                )
            }
        }
    }

    private static func validate(
        _ action: (name: String, options: ActionOptions),
        in branch: BranchName,
        of operation: String,
        branches: Set<BranchName>
    ) throws(BackOpsError) {
        try NameRule.check(action.name, of: "an action")
        do {
            try action.options.validate()
        } catch {
            throw .invalidPlan(operation, "\(branch)/\(action.name): \(error.message)")
        }
        for target in action.options.mayJump where !branches.contains(target) {
            throw .invalidPlan(
                operation,
                """
                \(branch)/\(action.name) may jump to "\(target)", but there is no such branch. \
                Declare it, or correct the name.
                """
            )
        }
        for (target, occasion) in action.options.wait?.destinations ?? [] where !branches.contains(target) {
            throw .invalidPlan(
                operation,
                """
                \(branch)/\(action.name) goes to "\(target)" \(occasion), but there is no such branch. \
                Declare it, or correct the name.
                """
            )
        }
    }
}
