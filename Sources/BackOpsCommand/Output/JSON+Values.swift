import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension JSONValue {
    /// A date as ISO 8601, or null.
    init(_ date: Date?) { self = date.map { .string(ISO8601.text($0)) } ?? .null }

    /// A text, or null.
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }

    /// A number, or null.
    init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }

    /// A weight: 3 rather than 3.0, or null for what is no number.
    init(weight: Double) {
        self = Int64(exactly: weight).map { .integer($0) } ?? Number(weight).map { .number($0) } ?? .null
    }
}
