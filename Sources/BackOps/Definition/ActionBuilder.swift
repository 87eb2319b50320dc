/// Collects the actions of one branch.
@resultBuilder
public enum ActionBuilder {
    /// Takes an action.
    public static func buildExpression(_ action: some Plannable) -> [PlannedAction] { [action.planned] }

    /// Takes actions that were collected before.
    public static func buildExpression(_ actions: [PlannedAction]) -> [PlannedAction] { actions }

    /// Joins the statements of a block.
    public static func buildBlock(_ parts: [PlannedAction]...) -> [PlannedAction] { parts.flatMap { $0 } }

    /// Takes the actions of an `if` without `else`.
    public static func buildOptional(_ actions: [PlannedAction]?) -> [PlannedAction] { actions ?? [] }

    /// Takes the actions of the first alternative.
    public static func buildEither(first actions: [PlannedAction]) -> [PlannedAction] { actions }

    /// Takes the actions of the second alternative.
    public static func buildEither(second actions: [PlannedAction]) -> [PlannedAction] { actions }

    /// Joins the rounds of a loop.
    public static func buildArray(_ rounds: [[PlannedAction]]) -> [PlannedAction] { rounds.flatMap { $0 } }

    /// Takes the actions of an `if #available`.
    public static func buildLimitedAvailability(_ actions: [PlannedAction]) -> [PlannedAction] { actions }
}
