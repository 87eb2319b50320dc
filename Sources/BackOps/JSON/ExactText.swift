/// A text that equals another one only if all their bytes are equal, as in PostgreSQL.
///
/// A `String` equals every other one that looks the same: "é" as one character, and as an "e" with an accent that follows. For the
/// database these are two keys of a document, two actions, and two operations, so they are for BackOps. Write it as a literal,
/// or make it of a `String`.
public struct ExactText: Sendable, ExpressibleByStringLiteral {
    /// The text.
    public let text: String

    /// Makes one of a text.
    ///
    /// - Parameter text: The text; nothing is normalised.
    public init(_ text: String) { self.text = text }

    /// Makes one of a literal.
    public init(stringLiteral text: String) { self.text = text }
}

extension ExactText: Hashable, Comparable {
    /// Whether the bytes are equal.
    public static func == (lhs: ExactText, rhs: ExactText) -> Bool { lhs.text.hasSameBytes(as: rhs.text) }

    /// Orders by bytes.
    public static func < (lhs: ExactText, rhs: ExactText) -> Bool {
        lhs.text.utf8.lexicographicallyPrecedes(rhs.text.utf8)
    }

    /// Feeds the bytes to a hasher.
    public func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}

extension ExactText: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}

extension ExactText: Codable, CodingKeyRepresentable {
    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// Reads a text.
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    /// The text as a key, so that dictionaries become objects.
    public var codingKey: any CodingKey { JSONCodingKey(text) }

    /// Takes the text of a key.
    public init?(codingKey: some CodingKey) { text = codingKey.stringValue }
}

extension String {
    /// Whether it is the same text for PostgreSQL, which knows of no canonical equivalence.
    package func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Feeds a hasher what ``hasSameBytes(as:)`` compares.
    package func hashBytes(into hasher: inout Hasher) {
        let isDone: Void? = utf8.withContiguousStorageIfAvailable { bytes in
            hasher.combine(bytes.count)
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
        guard isDone == nil else { return }
        let bytes = Array(utf8)
        hasher.combine(bytes.count)
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
