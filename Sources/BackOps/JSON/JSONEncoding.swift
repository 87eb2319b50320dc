#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension JSONValue {
    /// Turns a value into JSON.
    ///
    /// Dates become ISO 8601 in UTC, decimals and integers keep their digits, URLs become strings and data
    /// becomes base64, wherever they occur inside the value.
    ///
    /// - Parameter value: The value.
    /// - Throws: `EncodingError` for a number that JSON does not have (an infinity, NaN), and what the
    ///   value's own `encode(to:)` throws.
    public init(encoding value: some Encodable) throws {
        self = try JSONEncoding.json(value, path: [])
    }
}

/// An `Encoder` that builds ``JSONValue``.
///
/// Foundation's encoder would write text that had to be parsed again, and passes numbers through `Double`.
struct JSONEncoding: Encoder {
    let node: Node
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// A place in the document that is being built; a class, because nested containers write into it later.
    final class Node {
        enum Content {
            case empty
            case value(JSONValue)
            case array([Node])
            case object([JSONValue.Key: Node])
        }

        var content = Content.empty

        var json: JSONValue {
            switch content {
            case .empty: .object([:])
            case .value(let value): value
            case .array(let nodes): .array(nodes.map(\.json))
            case .object(let nodes): .object(nodes.mapValues(\.json))
            }
        }

        func member(_ name: String) -> Node {
            let key = JSONValue.Key(name)
            let node = Node()
            if case .object(var members) = content {
                members[key] = node
                content = .object(members)
            } else {
                content = .object([key: node])
            }
            return node
        }

        func element() -> Node {
            let node = Node()
            if case .array(var nodes) = content {
                content = .empty
                nodes.append(node)
                content = .array(nodes)
            } else {
                content = .array([node])
            }
            return node
        }
    }

    static func json(_ value: some Encodable, path: [any CodingKey]) throws -> JSONValue {
        switch value {
        case let value as JSONValue: return value
        case let value as String: return .string(value)
        case let value as Bool: return .bool(value)
        case let value as any FixedWidthInteger: return integer(value)
        case let value as Double: return try number(value, path)
        case let value as Float: return try number(value, path)
        case let value as Date: return .string(ISO8601.text(value))
        case let value as URL: return .string(value.absoluteString)
        case let value as Data: return .string(value.base64EncodedString())
        case let value as Decimal:
            guard let number = Number(value) else { throw noNumber(value, path) }
            return number.exactInteger().map(JSONValue.integer) ?? .number(number)
        default:
            let encoding = JSONEncoding(node: Node(), codingPath: path)
            try value.encode(to: encoding)
            return encoding.node.json
        }
    }

    private typealias Number = JSONValue.Number

    private static func integer(_ value: some FixedWidthInteger) -> JSONValue {
        Int64(exactly: value).map(JSONValue.integer) ?? .number(Number(unchecked: String(value)))
    }

    private static func number(
        _ value: some LosslessStringConvertible & BinaryFloatingPoint,
        _ path: [any CodingKey]
    ) throws -> JSONValue {
        guard value.isFinite else { throw noNumber(value, path) }
        return .number(Number(unchecked: value.description))
    }

    private static func noNumber(_ value: Any, _ path: [any CodingKey]) -> EncodingError {
        .invalidValue(value, .init(codingPath: path, debugDescription: "JSON has no number \(value)."))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .empty = node.content { node.content = .object([:]) }
        return KeyedEncodingContainer(JSONKeyedEncoding<Key>(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .empty = node.content { node.content = .array([]) }
        return JSONUnkeyedEncoding(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        JSONSingleEncoding(node: node, codingPath: codingPath)
    }
}
