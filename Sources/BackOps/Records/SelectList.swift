package import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The columns of a statement, in the order in which it selects them: the one list from which its text is made and its rows are decoded.
///
/// The raw value of a case is what the select list has: a column, or an expression.
package protocol SelectList: RawRepresentable<String>, CaseIterable, Equatable, Sendable {}

extension SelectList {
    /// The select list in SQL.
    package static var sql: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The position of the column, from 0.
    fileprivate var position: Int {
        var position = 0
        for column in Self.allCases {
            if column == self { break }
            position += 1
        }
        return position
    }
}

extension PQRow {
    /// Decodes a column of a statement that selected a list.
    package func decode<Value: PQDecodable>(
        _ column: some SelectList,
        as type: Value.Type = Value.self
    ) throws(PQError) -> Value {
        try decode(column.position, as: type)
    }

    /// Decodes an `integer` column.
    package func int(_ column: some SelectList) throws(PQError) -> Int {
        Int(try decode(column.position, as: Int32.self))
    }

    /// Decodes an `integer` column, or null.
    package func intIfAny(_ column: some SelectList) throws(PQError) -> Int? {
        try decode(column.position, as: Int32?.self).map { Int($0) }
    }

    /// Decodes a word; one that this version does not know stays as it is.
    package func word<Word: OpenWord>(_ column: some SelectList) throws(PQError) -> Word {
        Word(rawValue: try decode(column.position, as: String.self))
    }

    /// Decodes a time; a time beyond every calendar becomes the end of Foundation's.
    func time(_ column: some SelectList) throws(PQError) -> Date {
        try time(column.position)
    }

    /// Decodes a time, or null.
    func timeIfAny(_ column: some SelectList) throws(PQError) -> Date? {
        try timeIfAny(column.position)
    }

    /// Decodes a JSON document; one that cannot be read here is a string that holds its text as it is.
    func document(_ column: some SelectList) throws(PQError) -> JSONValue {
        try document(column.position)
    }

    /// Decodes a JSON document, or null.
    func documentIfAny(_ column: some SelectList) throws(PQError) -> JSONValue? {
        // A literal nil would be a JSON null here.
        isNull(column.position) ? Optional.none : try document(column.position)
    }
}
