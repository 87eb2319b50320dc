/// A type whose values can be read from a result's column.
public protocol PQDecodable {
    /// Reads a value from its binary form.
    ///
    /// - Parameters:
    ///   - bytes: The binary form, valid during the call.
    ///   - type: The OID of the column's type.
    /// - Throws: ``PQError`` with ``PQError/Code/decoding`` if the type or the bytes do not fit.
    init(decoding bytes: RawSpan, type: UInt32) throws(PQError)

    /// The value that stands for NULL; nil, the default, if there is none.
    static var sqlNull: Self? { get }

    /// Reads an array; only `UInt8`, whose arrays are `bytea`, has its own way.
    static func decodeArray(_ bytes: RawSpan, type: UInt32) throws(PQError) -> [Self]
}

extension PQDecodable {
    /// Has no value for NULL.
    public static var sqlNull: Self? { nil }

    /// Reads a one-dimensional array.
    public static func decodeArray(_ bytes: RawSpan, type: UInt32) throws(PQError) -> [Self] {
        try BinaryArray.decode(bytes, type: type)
    }

    /// Makes the error for a column whose type does not fit.
    static func mismatch(_ type: UInt32) -> PQError {
        PQError(.decoding, "A value of the type with OID \(type) cannot be read as \(Self.self).")
    }

    /// Makes the error for bytes that do not fit.
    static func malformed(_ type: UInt32) -> PQError {
        PQError(.decoding, "The bytes of a value of the type with OID \(type) do not make a \(Self.self).")
    }
}

extension Optional: PQDecodable where Wrapped: PQDecodable {
    /// Reads a value that is there.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        self = .some(try Wrapped(decoding: bytes, type: type))
    }

    /// Stands for NULL with nil.
    public static var sqlNull: Self? { .some(.none) }
}

extension Array: PQDecodable where Element: PQDecodable {
    /// Reads a one-dimensional array, or `bytea` for bytes.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        self = try Element.decodeArray(bytes, type: type)
    }
}

extension RawSpan {
    /// Reads an integer in network byte order; the caller has checked that it is there.
    func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
        Value(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }
}
