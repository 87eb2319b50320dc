import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Columns as they are shown: what one row holds must not keep others from being read.
extension PQRow {
    /// Reads a time; what lies beyond every calendar becomes the end of Foundation's.
    func time(_ column: Int) throws(PQError) -> Date {
        let time = try decode(column, as: PQTimestamp.self)
        return time.date ?? (time == .infinity ? .distantFuture : .distantPast)
    }

    /// Reads a time, or null.
    func timeIfAny(_ column: Int) throws(PQError) -> Date? {
        isNull(column) ? nil : try time(column)
    }

    /// Reads a JSON document; one that cannot be read here is a string that holds its text as it is.
    func document(_ column: Int) throws(PQError) -> JSONValue {
        let text = try decode(column, as: PQJSON.self)
        do {
            return try JSONValue(parsing: text.bytes)
        } catch {
            return .string(text.text)
        }
    }
}
