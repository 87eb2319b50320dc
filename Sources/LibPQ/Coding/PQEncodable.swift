/// A type whose values can be bound to a statement.
///
/// A type of your own usually delegates to one of this module's:
///
/// ```swift
/// extension UserID: PQEncodable {
///     static var typeOID: UInt32 { Int64.typeOID }
///     func encode(into bytes: inout [UInt8]) { rawValue.encode(into: &bytes) }
/// }
/// ```
public protocol PQEncodable: Sendable {
    /// The OID of the PostgreSQL type; 0 leaves it to the server.
    static var typeOID: UInt32 { get }

    /// The OID of the type of an array of such values; 0, the default, leaves it to the server.
    static var arrayTypeOID: UInt32 { get }

    /// Whether the value stands for NULL; false by default.
    var isSQLNull: Bool { get }

    /// Appends the binary form, which is never that of NULL.
    func encode(into bytes: inout [UInt8])

    /// Appends the binary form of an array; only `UInt8`, whose arrays are `bytea`, has its own.
    static func encodeArray(_ values: [Self], into bytes: inout [UInt8])
}

extension PQEncodable {
    /// Leaves the type of arrays to the server.
    public static var arrayTypeOID: UInt32 { 0 }

    /// Always false: the value is not NULL.
    public var isSQLNull: Bool { false }

    /// Appends a one-dimensional array.
    public static func encodeArray(_ values: [Self], into bytes: inout [UInt8]) {
        BinaryArray.encode(values, into: &bytes)
    }
}

extension Optional: PQEncodable where Wrapped: PQEncodable {
    /// The OID of the wrapped type.
    public static var typeOID: UInt32 { Wrapped.typeOID }
    /// The OID of the wrapped type's array.
    public static var arrayTypeOID: UInt32 { Wrapped.arrayTypeOID }
    /// Whether there is no value.
    public var isSQLNull: Bool { self?.isSQLNull ?? true }
    /// Appends the value's binary form.
    public func encode(into bytes: inout [UInt8]) { self?.encode(into: &bytes) }
}

extension Array: PQEncodable where Element: PQEncodable {
    /// The OID of the array type.
    public static var typeOID: UInt32 { Element.arrayTypeOID }
    /// The OID of `bytea[]` for arrays of bytes; PostgreSQL has no arrays of other arrays.
    public static var arrayTypeOID: UInt32 { Element.self == UInt8.self ? PQType.byteaArray : 0 }
    /// Appends the elements as a one-dimensional array.
    public func encode(into bytes: inout [UInt8]) { Element.encodeArray(self, into: &bytes) }
}

extension [UInt8] {
    /// Appends an integer in network byte order.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
    }

    /// Overwrites four bytes with an integer in network byte order.
    mutating func replace(at offset: Int, bigEndian value: Int32) {
        for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * index)) }
    }
}
