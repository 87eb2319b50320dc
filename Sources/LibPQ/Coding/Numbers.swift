/// Reads any of PostgreSQL's integers.
private func decodeInteger(_ bytes: RawSpan, type: UInt32) -> Int64? {
    switch (type, bytes.byteCount) {
    case (PQType.int8, 8), (PQType.xid8, 8): bytes.bigEndian(at: 0, as: Int64.self)
    case (PQType.int4, 4): Int64(bytes.bigEndian(at: 0, as: Int32.self))
    case (PQType.int2, 2): Int64(bytes.bigEndian(at: 0, as: Int16.self))
    case (PQType.oid, 4): Int64(bytes.bigEndian(at: 0, as: UInt32.self))
    default: nil
    }
}

extension Int64: PQEncodable, PQDecodable {
    /// The OID of `bigint`.
    public static var typeOID: UInt32 { PQType.int8 }
    /// The OID of `bigint[]`.
    public static var arrayTypeOID: UInt32 { PQType.int8Array }
    /// Appends eight bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
    /// Reads `smallint`, `integer`, `bigint`, `oid` or `xid8`.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard let value = decodeInteger(bytes, type: type) else { throw Self.mismatch(type) }
        self = value
    }
}

extension Int: PQEncodable, PQDecodable {
    /// The OID of `bigint`.
    public static var typeOID: UInt32 { PQType.int8 }
    /// The OID of `bigint[]`.
    public static var arrayTypeOID: UInt32 { PQType.int8Array }
    /// Appends eight bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: Int64(self)) }
    /// Reads `smallint`, `integer`, `bigint`, `oid` or `xid8`.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard let value = decodeInteger(bytes, type: type) else { throw Self.mismatch(type) }
        guard let exact = Int(exactly: value) else { throw Self.malformed(type) }
        self = exact
    }
}

extension Int32: PQEncodable, PQDecodable {
    /// The OID of `integer`.
    public static var typeOID: UInt32 { PQType.int4 }
    /// The OID of `integer[]`.
    public static var arrayTypeOID: UInt32 { PQType.int4Array }
    /// Appends four bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
    /// Reads `smallint` or `integer`.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard type == PQType.int4 || type == PQType.int2, let value = decodeInteger(bytes, type: type) else {
            throw Self.mismatch(type)
        }
        self = Int32(truncatingIfNeeded: value)
    }
}

extension Int16: PQEncodable, PQDecodable {
    /// The OID of `smallint`.
    public static var typeOID: UInt32 { PQType.int2 }
    /// The OID of `smallint[]`.
    public static var arrayTypeOID: UInt32 { PQType.int2Array }
    /// Appends two bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
    /// Reads `smallint`.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard type == PQType.int2, bytes.byteCount == 2 else { throw Self.mismatch(type) }
        self = bytes.bigEndian(at: 0, as: Int16.self)
    }
}

extension Double: PQEncodable, PQDecodable {
    /// The OID of `double precision`.
    public static var typeOID: UInt32 { PQType.float8 }
    /// The OID of `double precision[]`.
    public static var arrayTypeOID: UInt32 { PQType.float8Array }
    /// Appends eight bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
    /// Reads `double precision` or `real`.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        switch (type, bytes.byteCount) {
        case (PQType.float8, 8): self.init(bitPattern: bytes.bigEndian(at: 0, as: UInt64.self))
        case (PQType.float4, 4): self.init(Float(bitPattern: bytes.bigEndian(at: 0, as: UInt32.self)))
        default: throw Self.mismatch(type)
        }
    }
}

extension Float: PQEncodable, PQDecodable {
    /// The OID of `real`.
    public static var typeOID: UInt32 { PQType.float4 }
    /// The OID of `real[]`.
    public static var arrayTypeOID: UInt32 { PQType.float4Array }
    /// Appends four bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
    /// Reads `real`.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard type == PQType.float4, bytes.byteCount == 4 else { throw Self.mismatch(type) }
        self.init(bitPattern: bytes.bigEndian(at: 0, as: UInt32.self))
    }
}
