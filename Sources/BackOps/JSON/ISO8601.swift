#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Writes and reads points in time as ISO 8601, to the microsecond that PostgreSQL keeps.
package enum ISO8601 {
    /// Writes a date in UTC: `2026-12-24T08:00:00Z`, with a fraction of up to six digits when it has one.
    package static func text(_ date: Date) -> String {
        let total = (date.timeIntervalSince1970 * 1_000_000).rounded()
        // Beyond the year 9999 or before the year 1 the four digits of a year do not reach.
        let microseconds = Int64(total > earliest ? min(total, latest) : earliest)
        let seconds = floorDivide(microseconds, 1_000_000)
        let days = floorDivide(seconds, 86_400)
        let (year, month, day) = civil(days)
        let rest = seconds - days * 86_400
        var text = pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2) + "T"
        text += pad(rest / 3600, 2) + ":" + pad(rest / 60 % 60, 2) + ":" + pad(rest % 60, 2)
        let fraction = microseconds - seconds * 1_000_000
        if fraction > 0 {
            var digits = pad(fraction, 6)
            while digits.hasSuffix("0") { digits.removeLast() }
            text += "." + digits
        }
        return text + "Z"
    }

    /// Reads a date, a date and a time, or those with a fraction and an offset from UTC.
    ///
    /// `T` or a space separates date and time. Offsets are `Z`, `+02`, `+02:00`, `+0200` and `+02:00:30`, as
    /// PostgreSQL prints them; without one the time is taken as UTC. Returns nil for anything else.
    ///
    /// `read_time` in `Migrations/Engine/plans/read_time.sql` reads the same texts as the same times.
    package static func date(_ text: String) -> Date? {
        var scanner = Scanner(bytes: Array(text.utf8)[...])
        guard let year = scanner.digits(4), year > 0, scanner.take("-"), let month = scanner.digits(2),
            scanner.take("-"),
            let day = scanner.digits(2), (1...12).contains(month), (1...daysIn(month, of: year)).contains(day)
        else { return nil }
        let midnight = daysSince1970(year, month, day) * 86_400
        if scanner.isAtEnd { return Date(timeIntervalSince1970: Double(midnight)) }
        guard scanner.take("T") || scanner.take("t") || scanner.take(" "), let time = scanner.time(),
            let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        let microseconds = (midnight + time.seconds - offset) * 1_000_000 + time.microseconds
        return Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }

    private static let earliest = -62_135_596_800e6
    private static let latest = 253_402_300_799e6

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

// MARK: - The calendar

extension ISO8601 {
    /// The days from 1970-01-01 to a date of the Gregorian calendar.
    ///
    /// Years are counted from March, so that the leap day is the last of its year.
    fileprivate static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let leapDays = floorDivide(marchYear, 4) - floorDivide(marchYear, 100) + floorDivide(marchYear, 400)
        return marchYear * 365 + leapDays + dayOfYear - 719_468
    }

    /// The date that is some days after 1970-01-01.
    fileprivate static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // The mean year has 146,097 / 400 days: the guess is off by one year at most.
        var year = floorDivide((days + 719_468) * 400, 146_097) + 1
        while daysSince1970(year, 3, 1) > days { year -= 1 }
        let dayOfYear = days - daysSince1970(year, 3, 1)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        return month < 10 ? (year, month + 3, day) : (year + 1, month - 9, day)
    }

    fileprivate static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        let next = month == 12 ? daysSince1970(year + 1, 1, 1) : daysSince1970(year, month + 1, 1)
        return next - daysSince1970(year, month, 1)
    }

    fileprivate static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

// MARK: - Reading

extension ISO8601 {
    private struct Scanner {
        var bytes: ArraySlice<UInt8>

        var isAtEnd: Bool { bytes.isEmpty }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard bytes.first == UInt8(ascii: character) else { return false }
            bytes.removeFirst()
            return true
        }

        mutating func digits(_ count: Int) -> Int64? {
            guard bytes.count >= count else { return nil }
            var number: Int64 = 0
            for byte in bytes.prefix(count) {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                number = number * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            bytes.removeFirst(count)
            return number
        }

        mutating func time() -> (seconds: Int64, microseconds: Int64)? {
            guard let hours = digits(2), hours <= 24, take(":"), let minutes = digits(2), minutes < 60 else {
                return nil
            }
            var seconds: Int64 = 0
            var microseconds: Int64 = 0
            if take(":") {
                guard let whole = digits(2), whole <= 60 else { return nil }
                seconds = whole
                if take(".") || take(",") {
                    guard let fraction = fraction() else { return nil }
                    microseconds = fraction
                }
            }
            guard hours < 24 || (minutes == 0 && seconds == 0 && microseconds == 0) else { return nil }
            return (hours * 3600 + minutes * 60 + seconds, microseconds)
        }

        /// Digits after the sixth are dropped.
        private mutating func fraction() -> Int64? {
            var number: Int64 = 0
            var count = 0
            while let digit = digits(1) {
                if count < 6 { number = number * 10 + digit }
                count += 1
            }
            guard count > 0 else { return nil }
            for _ in min(count, 6)..<6 { number *= 10 }
            return number
        }

        /// The seconds to take away for UTC.
        mutating func offset() -> Int64? {
            if isAtEnd || take("Z") || take("z") { return 0 }
            let sign: Int64 = take("-") ? -1 : (take("+") ? 1 : 0)
            guard sign != 0, let hours = digits(2), hours < 16 else { return nil }
            var total = hours * 3600
            for unit: Int64 in [60, 1] where !isAtEnd {
                _ = take(":")
                guard let number = digits(2), number < 60 else { return nil }
                total += number * unit
            }
            return sign * total
        }
    }
}
