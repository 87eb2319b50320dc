/// Reads and writes PostgreSQL's binary form of one-dimensional arrays.
///
/// Dimensions, a NULL flag, the element type; per dimension its size and lower bound; per element its length
/// (-1 for NULL) and its bytes.
enum BinaryArray {
    private static let headerBytes = 12
    private static let dimensionBytes = 8

    static func encode<Element: PQEncodable>(_ values: [Element], into bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(values.isEmpty ? 0 : 1))
        bytes.append(bigEndian: Int32(values.contains { $0.isSQLNull } ? 1 : 0))
        bytes.append(bigEndian: Element.typeOID)
        guard !values.isEmpty else { return }
        bytes.append(bigEndian: Int32(clamping: values.count))
        bytes.append(bigEndian: Int32(1))
        for value in values {
            let lengthOffset = bytes.count
            bytes.append(bigEndian: Int32(-1))
            guard !value.isSQLNull else { continue }
            value.encode(into: &bytes)
            bytes.replace(at: lengthOffset, bigEndian: Int32(clamping: bytes.count - lengthOffset - 4))
        }
    }

    static func decode<Element: PQDecodable>(_ bytes: RawSpan, type: UInt32) throws(PQError) -> [Element] {
        guard !PQType.scalars.contains(type) else { throw [Element].mismatch(type) }
        guard bytes.byteCount >= headerBytes else { throw [Element].malformed(type) }
        let dimensions = bytes.bigEndian(at: 0, as: Int32.self)
        let elementType = bytes.bigEndian(at: 8, as: UInt32.self)
        guard dimensions != 0 else { return [] }
        guard dimensions == 1, bytes.byteCount >= headerBytes + dimensionBytes else {
            throw PQError(
                .decoding,
                "Only one-dimensional arrays can be read, not one of \(dimensions) dimensions."
            )
        }
        let count = Int(bytes.bigEndian(at: headerBytes, as: Int32.self))
        var offset = headerBytes + dimensionBytes
        guard count >= 0, count <= (bytes.byteCount - offset) / 4 else { throw [Element].malformed(type) }
        var values: [Element] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            guard bytes.byteCount - offset >= 4 else { throw [Element].malformed(type) }
            let length = Int(bytes.bigEndian(at: offset, as: Int32.self))
            offset += 4
            if length < 0 {
                guard let null = Element.sqlNull else {
                    throw PQError(.decoding, "The array holds NULL, which \(Element.self) cannot stand for.")
                }
                values.append(null)
                continue
            }
            guard length <= bytes.byteCount - offset else { throw [Element].malformed(type) }
            values.append(
                try Element(decoding: bytes.extracting(offset..<offset + length), type: elementType)
            )
            offset += length
        }
        return values
    }
}
