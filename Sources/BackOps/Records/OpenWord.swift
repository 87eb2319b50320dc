/// A word of the engine, of which a later version may know more: a state, a status, an outcome, a reason.
///
/// Words compare by their text, so that a record with a word that this version does not know can be read, shown and written like any
/// other. A `switch` over them needs a `default`.
public protocol OpenWord: RawRepresentable<String>, Hashable, Sendable, Codable, CaseIterable,
    CustomStringConvertible
{
    /// Makes a word, known or not.
    ///
    /// - Parameter rawValue: The word as the database has it.
    init(rawValue: String)
}

extension OpenWord {
    /// The word as the database has it.
    public var description: String { rawValue }

    /// Finds a word that this version knows.
    ///
    /// - Parameter word: The word as the database has it.
    /// - Returns: The word; nil for one that this version does not know.
    package static func known(_ word: String) -> Self? { allCases.first { $0.rawValue == word } }
}
