struct JSONKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [JSONValue.Key: JSONValue]
    let codingPath: [any CodingKey]

    var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0.text) } }

    func contains(_ key: Key) -> Bool {
        members[JSONValue.Key(key.stringValue)] != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        try decoder(for: key).decodeNil()
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder(for: key).decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(for: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(for: key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        let key = JSONCodingKey("super")
        return JSONDecoding(
            json: members[JSONValue.Key(key.stringValue)] ?? .null,
            codingPath: codingPath + [key]
        )
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        JSONDecoding(json: members[JSONValue.Key(key.stringValue)] ?? .null, codingPath: codingPath + [key])
    }

    private func decoder(for key: Key) throws -> JSONDecoding {
        guard let json = members[JSONValue.Key(key.stringValue)] else {
            let context = DecodingError.Context(
                codingPath: codingPath,
                debugDescription: "The key is missing."
            )
            throw DecodingError.keyNotFound(key, context)
        }
        return JSONDecoding(json: json, codingPath: codingPath + [key])
    }
}

struct JSONUnkeyedDecoding: UnkeyedDecodingContainer {
    let elements: [JSONValue]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    init(elements: [JSONValue], codingPath: [any CodingKey]) {
        self.elements = elements
        self.codingPath = codingPath
    }

    var count: Int? { elements.count }

    var isAtEnd: Bool { currentIndex >= elements.count }

    /// Moves on only when the element is null, as the protocol asks.
    mutating func decodeNil() throws -> Bool {
        guard try decoder(JSONValue.self).decodeNil() else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try decoder(type).decode(type)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        let container = try decoder(type).container(keyedBy: type)
        currentIndex += 1
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try decoder([JSONValue].self).unkeyedContainer()
        currentIndex += 1
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = try decoder(JSONValue.self)
        currentIndex += 1
        return decoder
    }

    private func decoder(_ type: Any.Type) throws -> JSONDecoding {
        let path = codingPath + [JSONCodingKey(index: currentIndex)]
        guard !isAtEnd else {
            let context = DecodingError.Context(
                codingPath: path,
                debugDescription: "The array has no more elements."
            )
            throw DecodingError.valueNotFound(type, context)
        }
        return JSONDecoding(json: elements[currentIndex], codingPath: path)
    }
}
