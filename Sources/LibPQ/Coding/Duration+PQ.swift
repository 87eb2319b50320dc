extension Duration: PQEncodable, PQDecodable {
    /// The OID of `interval`.
    public static var typeOID: UInt32 { PQType.interval }
    /// The OID of `interval[]`.
    public static var arrayTypeOID: UInt32 { PQType.intervalArray }

    /// Appends microseconds, zero days and zero months; less than a microsecond is cut off.
    ///
    /// A duration beyond 292,000 years is sent as the longest that fits.
    public func encode(into bytes: inout [UInt8]) {
        let (seconds, attoseconds) = components
        let fraction = attoseconds / 1_000_000_000_000
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (total, more) = whole.addingReportingOverflow(fraction)
        bytes.append(bigEndian: overflow || more ? (seconds < 0 ? -.max : .max) : total)
        bytes.append(bigEndian: Int32(0))
        bytes.append(bigEndian: Int32(0))
    }

    /// Reads `interval`, with days of 24 hours; one that has months is an error, since their length varies.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard type == PQType.interval, bytes.byteCount == 16 else { throw Self.mismatch(type) }
        let microseconds = bytes.bigEndian(at: 0, as: Int64.self)
        let days = Int64(bytes.bigEndian(at: 8, as: Int32.self))
        guard bytes.bigEndian(at: 12, as: Int32.self) == 0 else {
            throw PQError(.decoding, "An interval with months has no fixed duration.")
        }
        self = .microseconds(microseconds) + .seconds(days * 86_400)
    }
}
