#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A moment, exactly as PostgreSQL's `timestamptz` holds it.
public struct PQTimestamp: Sendable, Hashable, Comparable {
    /// Counts microseconds since 2000-01-01 00:00 UTC.
    public var microseconds: Int64

    /// Comes after every other moment.
    public static let infinity = PQTimestamp(microseconds: .max)
    /// Comes before every other moment.
    public static let negativeInfinity = PQTimestamp(microseconds: .min)

    /// Makes a moment from microseconds since 2000-01-01 00:00 UTC.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Orders by time.
    public static func < (earlier: Self, later: Self) -> Bool {
        earlier.microseconds < later.microseconds
    }

    /// Whether the moment is neither infinity.
    public var isFinite: Bool {
        self != .infinity && self != .negativeInfinity
    }
}

extension PQTimestamp {
    /// From 2000-01-01 to 2001-01-01, Foundation's reference date; 2000 was a leap year.
    private static let secondsToReferenceDate = 366.0 * 86_400
    /// 294277-01-01 and 4714-11-24 BC, where PostgreSQL's range ends.
    private static let range: Range<Int64> = -211_813_488_000_000_000..<9_223_371_331_200_000_000

    /// Rounds a date to the microsecond; one beyond PostgreSQL's range becomes an infinity.
    public init(_ date: Date) {
        let seconds = date.timeIntervalSinceReferenceDate + Self.secondsToReferenceDate
        let whole = seconds.rounded(.down)
        let fraction = ((seconds - whole) * 1_000_000).rounded()
        guard let exact = Int64(exactly: whole), abs(whole) < 9e12 else {
            self = seconds < 0 ? .negativeInfinity : .infinity
            return
        }
        let value = exact * 1_000_000 + Int64(fraction)
        guard value < Self.range.upperBound else {
            self = .infinity
            return
        }
        self = value < Self.range.lowerBound ? .negativeInfinity : PQTimestamp(microseconds: value)
    }

    /// The date, to the precision of a `Double`; nil for the infinities.
    public var date: Date? {
        guard isFinite else { return nil }
        let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let whole = Double(seconds) - Self.secondsToReferenceDate
        return Date(timeIntervalSinceReferenceDate: whole + Double(fraction) / 1_000_000)
    }
}

extension PQTimestamp: PQEncodable, PQDecodable {
    /// The OID of `timestamptz`.
    public static var typeOID: UInt32 { PQType.timestamptz }
    /// The OID of `timestamptz[]`.
    public static var arrayTypeOID: UInt32 { PQType.timestamptzArray }
    /// Appends eight bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: microseconds) }
    /// Reads `timestamptz`, or `timestamp` taken as UTC.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard type == PQType.timestamptz || type == PQType.timestamp, bytes.byteCount == 8 else {
            throw Self.mismatch(type)
        }
        microseconds = bytes.bigEndian(at: 0, as: Int64.self)
    }
}

extension Date: PQEncodable, PQDecodable {
    /// The OID of `timestamptz`.
    public static var typeOID: UInt32 { PQType.timestamptz }
    /// The OID of `timestamptz[]`.
    public static var arrayTypeOID: UInt32 { PQType.timestamptzArray }
    /// Appends the date, rounded to the microsecond.
    public func encode(into bytes: inout [UInt8]) { PQTimestamp(self).encode(into: &bytes) }
    /// Reads `timestamptz`, or `timestamp` taken as UTC; infinity is an error, see ``PQTimestamp``.
    public init(decoding bytes: RawSpan, type: UInt32) throws(PQError) {
        guard let date = try PQTimestamp(decoding: bytes, type: type).date else {
            throw PQError(.decoding, "An infinite timestamp has no Date; read it as PQTimestamp.")
        }
        self = date
    }
}
