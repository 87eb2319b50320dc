/// Holds what an operation will do, as data: its branches, and the name and options of every action.
///
/// This is what is copied into the database. It knows no code; ``Registry`` finds the code for a name.
package struct Plan: Sendable, Hashable {
    /// One action of the plan.
    package struct Entry: Sendable, Hashable {
        /// The action's place, counted from 1 over all branches.
        package let position: Int
        package let branch: BranchName
        package let name: String
        package let options: ActionOptions

        package init(position: Int, branch: BranchName, name: String, options: ActionOptions) {
            self.position = position
            self.branch = branch
            self.name = name
            self.options = options
        }

        /// "branch/Action", as people write it.
        package var path: String { "\(branch)/\(name)" }
    }

    /// The actions in the order of their positions, which are 1…n.
    package let entries: [Entry]

    /// The branches in the order in which they were declared.
    package let branches: [BranchName]

    /// How many operations go on at once.
    package let limit: PlannedLimit?

    /// Checks a plan and numbers its actions.
    ///
    /// - Parameters:
    ///   - operation: The operation's name, for messages.
    ///   - branches: The branches with the name and options of each action.
    ///   - limit: How many operations go on at once.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidPlan`` or
    ///   ``BackOpsError/Code/invalidName``.
    package init(
        operation: String,
        branches: [(name: BranchName, actions: [(name: String, options: ActionOptions)])],
        limit: PlannedLimit? = nil
    ) throws(BackOpsError) {
        try Self.validate(branches, of: operation)
        try Self.validate(limit, branches, of: operation)
        try Self.validateRates(branches, of: operation)
        var entries: [Entry] = []
        for branch in branches {
            for action in branch.actions {
                entries.append(
                    Entry(
                        position: entries.count + 1,
                        branch: branch.name,
                        name: action.name,
                        options: action.options
                    )
                )
            }
        }
        self.entries = entries
        self.branches = branches.map(\.name)
        self.limit = limit
    }

    /// Checks the branches of a definition and numbers their actions.
    ///
    /// - Parameters:
    ///   - operation: The operation's name, for messages.
    ///   - branches: The branches.
    ///   - limit: How many operations go on at once.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidPlan`` or
    ///   ``BackOpsError/Code/invalidName``.
    package init(operation: String, branches: [Branch], limit: OperationLimit? = nil) throws(BackOpsError) {
        try self.init(
            operation: operation,
            branches: branches.map { branch in (branch.name, branch.actions.map { ($0.name, $0.options) }) },
            limit: limit?.planned(for: operation)
        )
    }

    /// Takes rows that the engine has checked already, in the order of their positions.
    package init(entries: [Entry]) {
        self.entries = entries
        limit = nil
        var seen: Set<BranchName> = []
        branches = entries.map(\.branch).filter { seen.insert($0).inserted }
    }
}

extension Plan {
    /// The entry at a position, or nil when there is none.
    package func entry(at position: Int) -> Entry? {
        entries.indices.contains(position - 1) ? entries[position - 1] : nil
    }

    /// Finds the position of an action.
    ///
    /// - Parameters:
    ///   - branch: The action's branch.
    ///   - action: Its name, or nil for the branch's first action. Of several, the first is meant.
    /// - Returns: The position, or nil when there is none.
    package func position(of branch: BranchName, action: String?) -> Int? {
        entries.first { entry in
            entry.branch == branch && action.map { entry.name.hasSameBytes(as: $0) } ?? true
        }?.position
    }

    /// Finds the position of an action, for a jump.
    ///
    /// - Parameters:
    ///   - branch: The branch to jump to.
    ///   - action: The action's names, the current one first; none for the branch's first action.
    /// - Returns: The position.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/unknownJumpTarget``, naming the branches, or, in a
    ///   branch that exists, its actions.
    package func jumpTarget(_ branch: BranchName, at action: [String]) throws(BackOpsError) -> Int {
        guard branches.contains(branch) else {
            throw .unknownJumpTarget(branch.description, known: branches.map(\.description))
        }
        guard let name = action.first else {
            guard let position = position(of: branch, action: nil) else {
                throw .unknownJumpTarget(branch.description, known: branches.map(\.description))
            }
            return position
        }
        guard let position = action.lazy.compactMap({ self.position(of: branch, action: $0) }).first else {
            let known = entries.filter { $0.branch == branch }.map(\.path)
            throw .unknownJumpTarget("\(branch)/\(name)", known: known)
        }
        return position
    }

    /// Counts the earlier actions of the same name in the same branch.
    package func occurrence(at position: Int) -> Int {
        guard let entry = entry(at: position) else { return 0 }
        return entries.prefix(position - 1).count {
            $0.branch == entry.branch && $0.name.hasSameBytes(as: entry.name)
        }
    }
}
