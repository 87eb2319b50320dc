/// The name of a branch of an operation.
///
/// Declare names once: `extension BranchName { static let red: Self = "red_subscriptions" }`.
public struct BranchName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name as it is stored.
    public let description: String

    /// Makes a name.
    ///
    /// - Parameter name: 1 to 200 characters without "/" and control characters.
    public init(_ name: String) { description = name }

    /// Makes a name of a literal.
    public init(stringLiteral name: String) { description = name }

    /// The branch where every operation starts.
    public static let main: BranchName = "main"
}

extension BranchName {
    /// Whether the names have the same bytes.
    public static func == (lhs: BranchName, rhs: BranchName) -> Bool {
        lhs.description.hasSameBytes(as: rhs.description)
    }

    /// Feeds the name's bytes to a hasher.
    public func hash(into hasher: inout Hasher) { description.hashBytes(into: &hasher) }
}

extension BranchName: Codable {
    /// Decodes a name from a string.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the name as a string.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: `EncodingError`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A named list of actions that run one after the other.
public struct Branch: Sendable {
    /// The branch's name.
    public let name: BranchName

    /// The actions in their order.
    public let actions: [PlannedAction]

    /// Makes a branch.
    ///
    /// - Parameters:
    ///   - name: The branch's name, unique within the operation.
    ///   - actions: The actions, one per line; `if`, `switch` and `for` may be used.
    public init(_ name: BranchName, @ActionBuilder _ actions: () -> [PlannedAction]) {
        self.init(name, actions: actions())
    }

    /// Makes a branch of a list.
    ///
    /// - Parameters:
    ///   - name: The branch's name, unique within the operation.
    ///   - actions: The actions in their order.
    public init(_ name: BranchName, actions: [PlannedAction]) {
        self.name = name
        self.actions = actions
    }
}
