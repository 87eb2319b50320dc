/// The name of a global, with the type of its value.
///
/// Declare the keys of an operation once, next to it:
///
/// ```swift
/// extension GlobalKey where Value == Int { static var subscriptionID: Self { "subscription_id" } }
/// ```
///
/// and use them in actions, `context[.subscriptionID]`, and when enqueueing, `$0[.subscriptionID] = 42`.
/// Any `Codable` type is a possible value.
public struct GlobalKey<Value: Codable & Sendable>: Hashable, Sendable {
    /// The name of the member in the document of globals.
    public let name: String

    /// Makes a key.
    ///
    /// - Parameter name: The name of the member in the document of globals.
    public init(_ name: String) { self.name = name }
}

extension GlobalKey: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Makes a key of a literal name.
    public init(stringLiteral name: String) { self.init(name) }

    /// The key's name.
    public var description: String { name }
}

extension GlobalKey {
    /// Whether the names have the same bytes.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.name.hasSameBytes(as: rhs.name) }

    /// Feeds the name's bytes to a hasher.
    public func hash(into hasher: inout Hasher) { name.hashBytes(into: &hasher) }
}
