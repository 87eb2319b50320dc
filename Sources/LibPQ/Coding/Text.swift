#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension String: PQEncodable, PQDecodable {
    /// The OID of `text`.
    public static var typeOID: UInt32 { PQType.text }
    /// The OID of `text[]`.
    public static var arrayTypeOID: UInt32 { PQType.textArray }
    /// Appends UTF-8.
    ///
    /// The server refuses a text that contains a zero character.
    public func encode(into bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }

    /// Reads text types, names, `json`, `jsonb`, `xml`, `uuid`, and enums and other user-defined text.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        switch type {
        case PQType.text, PQType.varchar, PQType.bpchar, PQType.name, PQType.json, PQType.char,
            PQType.unknown,
            PQType.xml, PQType.void:
            self.init(utf8: bytes)
        case PQType.jsonb:
            self.init(utf8: bytes.extracting(droppingFirst: try PQJSON.textOffset(in: bytes, type: type)))
        case PQType.uuid:
            self = try UUID(decoding: bytes, type: type).uuidString.lowercased()
        default:
            // An enum or citext is sent as its text. Composite types, ranges and the like contain small binary
            // numbers, and with them control characters.
            guard type >= PQType.firstUserDefined, let text = Self(printable: bytes) else {
                throw Self.mismatch(type)
            }
            self = text
        }
    }

    /// Copies UTF-8, which every connection of this module speaks.
    init(utf8 bytes: RawSpan) {
        self = unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    private init?(printable bytes: RawSpan) {
        let text = unsafe bytes.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
        guard let text, text.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) else {
            return nil
        }
        self = text
    }
}

extension UUID: PQEncodable, PQDecodable {
    /// The OID of `uuid`.
    public static var typeOID: UInt32 { PQType.uuid }
    /// The OID of `uuid[]`.
    public static var arrayTypeOID: UInt32 { PQType.uuidArray }
    /// Appends sixteen bytes.
    public func encode(into bytes: inout [UInt8]) {
        unsafe Swift.withUnsafeBytes(of: uuid) { unsafe bytes.append(contentsOf: $0) }
    }
    /// Reads `uuid`.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard type == PQType.uuid, bytes.byteCount == 16 else { throw Self.mismatch(type) }
        self.init(uuid: unsafe bytes.unsafeLoadUnaligned(as: uuid_t.self))
    }
}
