/// Any JSON value, exactly.
///
/// Whole numbers that fit 64 bits are ``integer(_:)``; every other number keeps its text, so that
/// integers beyond 2^53, long decimals and 1e400 come back as they went in. Write values as literals:
///
/// ```swift
/// let address: JSON = ["city": "Bern", "codes": [3000, 3001.5], "note": nil]
/// ```
///
/// Texts and keys are compared by their bytes, as in PostgreSQL (``ExactText``).
public enum JSONValue: Sendable {
    /// The value `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number, written without fraction and exponent.
    case integer(Int64)
    /// Any other number, with its text.
    case number(Number)
    /// A text.
    case string(String)
    /// A list of values.
    case array([JSONValue])
    /// Values by name, in no order.
    case object([Key: JSONValue])

    /// The name of a member of an object.
    public typealias Key = ExactText

    /// The deepest nesting of arrays and objects that is read and written.
    public static let depthLimit = 512
}

extension JSONValue {
    /// Makes an object of members by name; of names that are equal for Swift there is one.
    ///
    /// - Parameter members: The members.
    /// - Returns: The object.
    @_disfavoredOverload
    public static func object(_ members: [String: JSONValue]) -> JSONValue {
        .object(Dictionary(uniqueKeysWithValues: members.map { (Key($0.key), $0.value) }))
    }
}

extension JSONValue: Hashable {
    /// Whether the values are equal, texts by their bytes, numbers by how they are written.
    public static func == (lhs: JSONValue, rhs: JSONValue) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.bool(let lhs), .bool(let rhs)): lhs == rhs
        case (.integer(let lhs), .integer(let rhs)): lhs == rhs
        case (.number(let lhs), .number(let rhs)): lhs == rhs
        case (.string(let lhs), .string(let rhs)): lhs.hasSameBytes(as: rhs)
        case (.array(let lhs), .array(let rhs)): lhs == rhs
        case (.object(let lhs), .object(let rhs)): lhs == rhs
        default: false
        }
    }

    /// Feeds the value to a hasher.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): value.hashBytes(into: &hasher)
        case .array(let value): hasher.combine(value)
        case .object(let value): hasher.combine(value)
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as compact JSON text, with the keys of objects in a stable order.
    public var description: String {
        String(decoding: utf8, as: UTF8.self)
    }

    /// The value as compact JSON text in UTF-8, with the keys of objects in the order of their bytes.
    public var utf8: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }
}

extension JSONValue {
    /// Reads JSON text.
    ///
    /// - Parameter text: One JSON value, with white space around it at most.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals``, naming the byte at fault: for
    ///   text that is not JSON, and for what PostgreSQL's `jsonb` cannot hold (the character U+0000, lone surrogates);
    ///   with ``BackOpsError/Code/limitExceeded`` for nesting beyond ``depthLimit``.
    public init(parsing text: String) throws(BackOpsError) {
        self = try JSONValue(parsing: Array(text.utf8))
    }

    /// Reads JSON text in UTF-8.
    ///
    /// - Parameter bytes: One JSON value, with white space around it at most.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals``, as ``init(parsing:)-(String)``.
    public init(parsing bytes: [UInt8]) throws(BackOpsError) {
        self = try JSONParser.parse(bytes)
    }

    /// What kind of value it is, in words for an error message.
    package var kindDescription: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
