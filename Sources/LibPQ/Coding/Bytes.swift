extension Bool: PQEncodable, PQDecodable {
    /// The OID of `boolean`.
    public static var typeOID: UInt32 { PQType.bool }
    /// The OID of `boolean[]`.
    public static var arrayTypeOID: UInt32 { PQType.boolArray }
    /// Appends one byte.
    public func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
    /// Reads `boolean`.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard type == PQType.bool, bytes.byteCount == 1 else { throw Self.mismatch(type) }
        self = bytes.bigEndian(at: 0, as: UInt8.self) != 0
    }
}

/// One byte is PostgreSQL's `"char"`; an array of bytes is `bytea`.
extension UInt8: PQEncodable, PQDecodable {
    /// The OID of `"char"`.
    public static var typeOID: UInt32 { PQType.char }
    /// The OID of `bytea`.
    public static var arrayTypeOID: UInt32 { PQType.bytea }
    /// Appends the byte.
    public func encode(into bytes: inout [UInt8]) { bytes.append(self) }
    /// Appends the bytes as they are.
    public static func encodeArray(_ values: [UInt8], into bytes: inout [UInt8]) { bytes += values }
    /// Reads `"char"`.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard type == PQType.char, bytes.byteCount == 1 else { throw Self.mismatch(type) }
        self = bytes.bigEndian(at: 0, as: UInt8.self)
    }
    /// Reads `bytea`.
    public static func decodeArray(_ bytes: RawSpan, type: UInt32) throws(PQError) -> [UInt8] {
        guard type == PQType.bytea else { throw [UInt8].mismatch(type) }
        return unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }
}
