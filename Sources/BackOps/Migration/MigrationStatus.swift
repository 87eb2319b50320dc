#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Compares the migrations of a database with those of this library.
public struct MigrationStatus: Sendable {
    /// One step and whether the database has taken it.
    public struct Step: Sendable {
        /// Its number.
        public let version: Int

        /// What it is about.
        public let name: String

        /// When the database took it; nil when it is pending.
        public let appliedAt: Date?

        /// True when the database took another text under this number.
        public let isModified: Bool
    }

    /// The schema's name.
    public let schema: String

    /// Every step that the library or the database knows, in order.
    public let steps: [Step]

    /// The newest step that the database took; 0 when there is none.
    public var version: Int { steps.last { $0.appliedAt != nil }?.version ?? 0 }

    /// The steps that the database has not taken yet.
    public var pending: [Step] { steps.filter { $0.appliedAt == nil } }

    /// True when the database has taken a step that this library does not know.
    public var isNewerThanLibrary: Bool { version > Migration.newestVersion }

    /// True when the database has taken exactly the steps that this library knows.
    public var isCurrent: Bool {
        pending.isEmpty && !isNewerThanLibrary && !steps.contains(where: \.isModified)
    }
}
