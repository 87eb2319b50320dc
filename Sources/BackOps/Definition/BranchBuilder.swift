/// Collects the branches of an operation; bare actions form the branch `main`.
@resultBuilder
public enum BranchBuilder {
    /// The bare actions and branches of one statement.
    public enum Part: Sendable {
        /// An action of `main`.
        case action(PlannedAction)
        /// A branch.
        case branch(Branch)
    }

    /// Takes a bare action.
    public static func buildExpression(_ action: some Plannable) -> [Part] { [.action(action.planned)] }

    /// Takes a branch.
    public static func buildExpression(_ branch: Branch) -> [Part] { [.branch(branch)] }

    /// Takes branches that were collected before.
    public static func buildExpression(_ branches: [Branch]) -> [Part] { branches.map(Part.branch) }

    /// Joins the statements of a block.
    public static func buildBlock(_ parts: [Part]...) -> [Part] { parts.flatMap { $0 } }

    /// Takes the parts of an `if` without `else`.
    public static func buildOptional(_ parts: [Part]?) -> [Part] { parts ?? [] }

    /// Takes the parts of the first alternative.
    public static func buildEither(first parts: [Part]) -> [Part] { parts }

    /// Takes the parts of the second alternative.
    public static func buildEither(second parts: [Part]) -> [Part] { parts }

    /// Joins the rounds of a loop.
    public static func buildArray(_ rounds: [[Part]]) -> [Part] { rounds.flatMap { $0 } }

    /// Takes the parts of an `if #available`.
    public static func buildLimitedAvailability(_ parts: [Part]) -> [Part] { parts }

    /// Combines the bare actions as `main`, where the first of them stands.
    public static func buildFinalResult(_ parts: [Part]) -> [Branch] {
        let bare = parts.compactMap { part -> PlannedAction? in
            guard case .action(let action) = part else { return nil }
            return action
        }
        var branches: [Branch] = []
        var hasMain = false
        for part in parts {
            switch part {
            case .branch(let branch):
                branches.append(branch)
            case .action:
                if !hasMain { branches.append(Branch(.main, actions: bare)) }
                hasMain = true
            }
        }
        return branches
    }
}
