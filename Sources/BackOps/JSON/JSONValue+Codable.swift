#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension JSONValue: Codable {
    /// Writes the value to any encoder.
    ///
    /// Encoders other than BackOps' own get a number as a `Decimal` or, beyond its range, as a `Double`.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let number):
            if let decimal = number.decimalValue {
                try container.encode(decimal)
            } else {
                try container.encode(number.doubleValue)
            }
        case .string(let text): try container.encode(text)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }

    /// Reads a value from any decoder.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: `DecodingError` when the decoder has something that JSON does not.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? JSONDecoding {
            self = decoder.json
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = Self.attempt(Bool.self, container) {
            self = .bool(value)
        } else if let value = Self.attempt(Int64.self, container) {
            self = .integer(value)
        } else if let value = Self.attempt(Decimal.self, container), let number = Number(value) {
            self = .number(number)
        } else if let value = Self.attempt(Double.self, container), let number = Number(value) {
            self = .number(number)
        } else if let value = Self.attempt(String.self, container) {
            self = .string(value)
        } else if let value = Self.attempt([JSONValue].self, container) {
            self = .array(value)
        } else {
            self = .object(try container.decode([Key: JSONValue].self))
        }
    }

    /// Decodes when the value is of that type: a decoder offers no other way to ask.
    private static func attempt<Value: Decodable>(
        _ type: Value.Type,
        _ container: any SingleValueDecodingContainer
    ) -> Value? {
        do {
            return try container.decode(type)
        } catch {
            return nil
        }
    }
}
