/// The findings of a ``Doctor``.
public struct Diagnosis: Sendable, Hashable {
    /// How bad a finding is.
    public enum Level: String, Sendable, Hashable, Comparable, CaseIterable {
        /// As it should be.
        case fine
        /// Works, but somebody should look at it; also where the role may not see what there is to see.
        case warning
        /// Does not work, or will not for long.
        case failure

        /// Orders by how bad it is.
        public static func < (lhs: Level, rhs: Level) -> Bool {
            (allCases.firstIndex(of: lhs) ?? 0) < (allCases.firstIndex(of: rhs) ?? 0)
        }
    }

    /// The result of one check.
    public struct Finding: Sendable, Hashable {
        /// The name of the check: `schema`, `workers`, `snapshots`.
        public let check: String

        /// How bad it is.
        public let level: Level

        /// What was found, in a sentence.
        public let found: String

        /// What to do; nil where all is well.
        public let advice: String?
    }

    /// One or more findings of every check, in the order in which they were made.
    public let findings: [Finding]

    /// The worst level of all findings.
    public var level: Level { findings.map(\.level).max() ?? .fine }
}
