/// Knows the code behind names: which action runs for a row of the database.
package struct Registry: Sendable {
    /// One definition with its checked plan.
    package struct Definition: Sendable {
        package let name: String
        package let formerNames: [String]
        package let plan: Plan

        /// The plan's actions in the order of their positions.
        package let actions: [PlannedAction]
    }

    /// The definitions in the order in which they were given.
    package let definitions: [Definition]

    private let definitionsByName: [ExactText: Int]
    private let sharedActions: [ExactText: PlannedAction]

    /// Checks definitions and files their actions.
    ///
    /// - Parameters:
    ///   - operations: The operations.
    ///   - actions: Actions, closures among them, that any ad-hoc operation may use.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/duplicateDefinition``,
    ///   ``BackOpsError/Code/invalidPlan`` or ``BackOpsError/Code/invalidName``.
    package init(_ operations: [any OperationDefinition], actions: [any Plannable] = []) throws(BackOpsError)
    {
        var definitions: [Definition] = []
        var byName: [ExactText: Int] = [:]
        for operation in operations {
            let definition = try Self.definition(operation)
            for name in [definition.name] + definition.formerNames {
                guard byName.updateValue(definitions.count, forKey: ExactText(name)) == nil else {
                    throw .duplicateDefinition(name)
                }
            }
            definitions.append(definition)
        }
        self.definitions = definitions
        definitionsByName = byName
        sharedActions = try Self.shared(actions.map(\.planned), definitions)
    }

    private static func definition(_ operation: any OperationDefinition) throws(BackOpsError) -> Definition {
        let type = type(of: operation)
        for name in [type.name] + type.formerNames { try NameRule.check(name, of: "an operation") }
        let branches = operation.branches
        for name in branches.flatMap(\.actions).flatMap(\.formerNames) {
            try NameRule.check(name, of: "an action")
        }
        return Definition(
            name: type.name,
            formerNames: type.formerNames,
            plan: try Plan(operation: type.name, branches: branches, limit: operation.limit),
            actions: branches.flatMap(\.actions)
        )
    }

    /// Files what ad-hoc operations may use: current names win over former ones, the first over later.
    private static func shared(
        _ standalone: [PlannedAction],
        _ definitions: [Definition]
    ) throws(BackOpsError) -> [ExactText: PlannedAction] {
        for action in standalone {
            for name in [action.name] + action.formerNames { try NameRule.check(name, of: "an action") }
        }
        let actions = standalone + definitions.flatMap(\.actions).filter { !$0.isClosure && !$0.isWait }
        var shared = Dictionary(actions.map { (ExactText($0.name), $0) }) { first, _ in first }
        for action in actions {
            for name in action.formerNames.map({ ExactText($0) }) where shared[name] == nil {
                shared[name] = action
            }
        }
        return shared
    }
}

extension Registry {
    /// The definition of an operation, by its current or a former name.
    package func definition(_ name: String) -> Definition? {
        definitionsByName[ExactText(name)].map { definitions[$0] }
    }

    /// The plan of an operation, by its current or a former name.
    package func plan(_ name: String) -> Plan? {
        definition(name)?.plan
    }

    /// Finds the code of an action.
    ///
    /// The operation's own actions come first, those of the same branch before others; then the actions that
    /// ad-hoc operations may use. Current names win over former ones.
    ///
    /// - Parameters:
    ///   - operation: The operation's name, current or former.
    ///   - action: The action's name, current or former.
    ///   - branch: The branch in which it stands.
    ///   - occurrence: How many actions of that name precede it in its branch (``Plan/occurrence(at:)``).
    /// - Returns: The action, or nil when this program does not know it.
    package func action(
        operation: String,
        action: String,
        branch: BranchName = .main,
        occurrence: Int = 0
    ) -> PlannedAction? {
        definition(operation)?.action(action, branch: branch, occurrence: occurrence)
            ?? sharedActions[ExactText(action)]
    }

    /// What this program can run, as the database asks for it, sorted.
    ///
    /// "Operation/Action" for every action of a definition and "/Action" for every action that ad-hoc
    /// operations may use, under current and former names alike.
    package var handlers: [String] {
        var handlers = Set(sharedActions.keys.map { ExactText("/\($0)") })
        for definition in definitions {
            for operation in [definition.name] + definition.formerNames {
                for action in definition.actions where !action.isWait {
                    for name in [action.name] + action.formerNames {
                        handlers.insert(ExactText("\(operation)/\(name)"))
                    }
                }
            }
        }
        return handlers.sorted().map(\.text)
    }
}

extension Registry.Definition {
    /// Finds an action; the first of its name when there are fewer of that name than asked for.
    fileprivate func action(_ name: String, branch: BranchName, occurrence: Int) -> PlannedAction? {
        func find(_ matches: (PlannedAction) -> Bool) -> PlannedAction? {
            let places = actions.indices.filter { matches(actions[$0]) }
            let sameBranch = places.filter { plan.entries[$0].branch == branch }
            let place = sameBranch.dropFirst(occurrence).first ?? sameBranch.first ?? places.first
            return place.map { actions[$0] }
        }
        return find { $0.name.hasSameBytes(as: name) }
            ?? find { $0.formerNames.contains { $0.hasSameBytes(as: name) } }
    }
}
