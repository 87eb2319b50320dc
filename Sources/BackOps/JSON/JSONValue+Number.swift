#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension JSONValue {
    /// A number as its JSON text, so that no digit is lost.
    ///
    /// Two numbers are equal when their texts are: `1.0` is not `1.00`.
    public struct Number: Sendable, Hashable, CustomStringConvertible {
        /// The number as it is written in JSON.
        public let description: String

        /// Takes a number's text.
        ///
        /// - Parameter text: A number as JSON writes it; nil is returned for anything else.
        public init?(_ text: String) {
            var text = text
            let length = text.withUTF8 { JSONParser.numberLength(in: $0) }
            guard length == text.utf8.count, length > 0 else { return nil }
            description = text
        }

        /// Takes a number's shortest decimal text.
        ///
        /// - Parameter value: A number; nil is returned for an infinity and for NaN.
        public init?(_ value: Double) {
            guard value.isFinite else { return nil }
            description = value.description
        }

        /// Takes a decimal number's text.
        ///
        /// - Parameter value: A number; nil is returned for NaN.
        public init?(_ value: Decimal) {
            guard value.isFinite else { return nil }
            description = value.description
        }

        init(unchecked text: String) { description = text }
    }
}

extension JSONValue.Number {
    /// The nearest `Double`, or nil when the number is too large for one.
    public var doubleValue: Double? {
        guard let value = Double(description), value.isFinite else { return nil }
        return value
    }

    /// The number as a `Decimal`, which keeps 38 digits; nil when its range does not reach.
    public var decimalValue: Decimal? {
        Decimal(string: description)
    }

    /// Converts to an integer when the number is whole and fits: `42.0`, `4.2e1`.
    ///
    /// - Parameter type: The type of integer.
    /// - Returns: The integer, or nil when a digit would be lost.
    public func exactInteger<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) -> Integer? {
        let parts = description.lowercased().split(separator: "e")
        guard let mantissa = parts.first, var exponent = Int(parts.count == 2 ? parts[1] : "0") else {
            return nil
        }
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        var digits = String(halves[0])
        if halves.count == 2 {
            digits += halves[1]
            let (shifted, overflow) = exponent.subtractingReportingOverflow(halves[1].utf8.count)
            guard !overflow else { return nil }
            exponent = shifted
        }
        guard digits.contains(where: { $0 != "0" && $0 != "-" }) else { return 0 }
        while exponent < 0, digits.hasSuffix("0") {
            digits.removeLast()
            exponent += 1
        }
        guard (0...40).contains(exponent) else { return nil }
        return Integer(digits + String(repeating: "0", count: exponent))
    }
}
