#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension JSONValue {
    /// Turns the value into one of a Swift type.
    ///
    /// Dates are read as ISO 8601 and as PostgreSQL prints them; whole numbers are read as integers however
    /// they are written (`42.0`).
    ///
    /// - Parameter type: The type.
    /// - Returns: The value.
    /// - Throws: `DecodingError` when the value is not one of that type, and what the type's own
    ///   `init(from:)` throws.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoding(json: self, codingPath: []).decode(type)
    }
}

/// A `Decoder` that reads ``JSONValue``.
struct JSONDecoding: Decoder {
    let json: JSONValue
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value: Any? =
            switch type {
            case is JSONValue.Type: json
            case is String.Type: json.stringValue
            case is Bool.Type: json.boolValue
            case is Double.Type: json.doubleValue
            case let integer as any FixedWidthInteger.Type: wholeNumber(integer)
            case is Float.Type: json.doubleValue.flatMap { Float($0).isFinite ? Float($0) : nil }
            case is Date.Type: json.stringValue.flatMap(ISO8601.date)
            case is URL.Type: json.stringValue.flatMap { URL(string: $0) }
            case is Data.Type: json.stringValue.flatMap { Data(base64Encoded: $0) }
            case is Decimal.Type: decimal
            default: try type.init(from: self)
            }
        guard let value = value as? Value else { throw mismatch(type) }
        return value
    }

    private func wholeNumber<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
        switch json {
        case .integer(let value): Integer(exactly: value)
        case .number(let number): number.exactInteger()
        default: nil
        }
    }

    private var decimal: Decimal? {
        switch json {
        case .integer(let value): Decimal(value)
        case .number(let number): number.decimalValue
        default: nil
        }
    }

    func mismatch(_ type: Any.Type) -> DecodingError {
        let expected = "\(type)"
        let context = DecodingError.Context(
            codingPath: codingPath,
            debugDescription: "Expected \(expected), found \(json.kindDescription)."
        )
        return json.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let members = json.objectValue else { throw mismatch([String: JSONValue].self) }
        return KeyedDecodingContainer(JSONKeyedDecoding(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = json.arrayValue else { throw mismatch([JSONValue].self) }
        return JSONUnkeyedDecoding(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        self
    }
}

extension JSONDecoding: SingleValueDecodingContainer {
    func decodeNil() -> Bool { json.isNull }
}
