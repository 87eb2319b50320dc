/// Collects the definitions that a worker knows.
@resultBuilder
public enum OperationsBuilder {
    /// Takes one definition.
    public static func buildExpression(_ operation: some OperationDefinition) -> [any OperationDefinition] {
        [operation]
    }

    /// Takes definitions that were collected before.
    public static func buildExpression(_ operations: [any OperationDefinition]) -> [any OperationDefinition] {
        operations
    }

    /// Joins the statements of a block.
    public static func buildBlock(_ parts: [any OperationDefinition]...) -> [any OperationDefinition] {
        parts.flatMap { $0 }
    }

    /// Takes an `if` without `else`.
    public static func buildOptional(_ part: [any OperationDefinition]?) -> [any OperationDefinition] {
        part ?? []
    }

    /// Takes the first alternative.
    public static func buildEither(first part: [any OperationDefinition]) -> [any OperationDefinition] {
        part
    }

    /// Takes the second alternative.
    public static func buildEither(second part: [any OperationDefinition]) -> [any OperationDefinition] {
        part
    }

    /// Joins the rounds of a loop.
    public static func buildArray(_ parts: [[any OperationDefinition]]) -> [any OperationDefinition] {
        parts.flatMap { $0 }
    }
}
