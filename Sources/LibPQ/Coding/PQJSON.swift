/// A JSON document as the text that came or goes, without decoding it.
///
/// Sent as `jsonb`, read from `jsonb` and `json`. Decoding a document costs a hundred times as much as copying
/// it, so that is left to the code that needs what is inside.
public struct PQJSON: Sendable, Hashable {
    /// The first byte of `jsonb` in binary form.
    private static let version: UInt8 = 1

    /// The document's text in UTF-8.
    public var bytes: [UInt8]

    /// Makes a document of UTF-8 text; the server refuses it if it is not JSON.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Makes a document of text; the server refuses it if it is not JSON.
    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The document's text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension PQJSON: PQEncodable, PQDecodable {
    /// The OID of `jsonb`.
    public static var typeOID: UInt32 { PQType.jsonb }
    /// The OID of `jsonb[]`.
    public static var arrayTypeOID: UInt32 { PQType.jsonbArray }

    /// Appends the version byte and the text.
    public func encode(into target: inout [UInt8]) {
        target.append(Self.version)
        target += bytes
    }

    /// Reads `jsonb` or `json`.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        let text = bytes.extracting(droppingFirst: try Self.textOffset(in: bytes, type: type))
        self.bytes = unsafe text.withUnsafeBytes { unsafe Array($0) }
    }

    /// Returns the offset at which the text begins.
    static func textOffset(in bytes: RawSpan, type: UInt32) throws(PQError) -> Int {
        switch type {
        case PQType.json: return 0
        case PQType.jsonb:
            guard bytes.byteCount > 1, bytes.bigEndian(at: 0, as: UInt8.self) == version else {
                throw Self.malformed(type)
            }
            return 1
        default: throw Self.mismatch(type)
        }
    }
}

extension PQJSON: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Makes a document of a literal.
    public init(stringLiteral text: String) {
        self.init(text)
    }

    /// The document's text.
    public var description: String { text }
}
