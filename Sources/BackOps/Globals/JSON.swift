/// Holds any JSON value exactly.
///
/// Whole numbers that fit 64 bits are ``integer(_:)``; every other number keeps its text, so that
/// integers beyond 2^53, long decimals and 1e400 come back as they went in. Write values as literals:
///
/// ```swift
/// let address: JSON = ["city": "Bern", "codes": [3000, 3001.5], "note": nil]
/// ```
///
/// Keys that differ only in their Unicode normalisation are one key.
public enum JSON: Sendable, Hashable {
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
    case array([JSON])
    /// Values by name, in no order.
    case object([String: JSON])

    /// The deepest nesting of arrays and objects that is read and written.
    public static let depthLimit = 512
}

extension JSON: CustomStringConvertible {
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

extension JSON {
    /// Reads JSON text.
    ///
    /// - Parameter text: One JSON value, with white space around it at most.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals``, naming the byte at fault: for
    ///   text that is not JSON, for nesting beyond ``depthLimit``, and for what PostgreSQL's `jsonb` cannot
    ///   hold (the character U+0000, lone surrogates).
    public init(parsing text: String) throws(BackOpsError) {
        self = try JSON(parsing: Array(text.utf8))
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
