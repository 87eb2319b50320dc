struct JSONKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: JSONEncoding.Node
    let codingPath: [any CodingKey]

    mutating func encodeNil(forKey key: Key) {
        node.member(key.stringValue).content = .value(.null)
    }

    mutating func encode(_ value: some Encodable, forKey key: Key) throws {
        let json = try JSONEncoding.json(value, path: codingPath + [key])
        node.member(key.stringValue).content = .value(json)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(for: key).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder(for: key).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        encoder(for: JSONCodingKey("super"))
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        encoder(for: key)
    }

    private func encoder(for key: any CodingKey) -> JSONEncoding {
        JSONEncoding(node: node.member(key.stringValue), codingPath: codingPath + [key])
    }
}

struct JSONUnkeyedEncoding: UnkeyedEncodingContainer {
    let node: JSONEncoding.Node
    let codingPath: [any CodingKey]

    var count: Int {
        guard case .array(let nodes) = node.content else { return 0 }
        return nodes.count
    }

    mutating func encodeNil() {
        node.element().content = .value(.null)
    }

    mutating func encode(_ value: some Encodable) throws {
        let json = try JSONEncoding.json(value, path: codingPath + [JSONCodingKey(index: count)])
        node.element().content = .value(json)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        elementEncoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        elementEncoder().unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        elementEncoder()
    }

    private func elementEncoder() -> JSONEncoding {
        let path = codingPath + [JSONCodingKey(index: count)]
        return JSONEncoding(node: node.element(), codingPath: path)
    }
}

struct JSONSingleEncoding: SingleValueEncodingContainer {
    let node: JSONEncoding.Node
    let codingPath: [any CodingKey]

    mutating func encodeNil() {
        node.content = .value(.null)
    }

    mutating func encode(_ value: some Encodable) throws {
        node.content = .value(try JSONEncoding.json(value, path: codingPath))
    }
}

/// A key made of a name or of a place in an array.
struct JSONCodingKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    init(index: Int) {
        stringValue = String(index)
        intValue = index
    }

    init?(stringValue: String) { self.init(stringValue) }

    init?(intValue: Int) { self.init(index: intValue) }
}
