#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Compares the schema of a database with the one that this library needs.
public struct MigrationStatus: Sendable {
    /// One step and whether the database has taken it.
    public struct Step: Sendable, Hashable {
        /// Its number.
        public let version: Int

        /// What it is about.
        public let name: String

        /// When the database took it; nil when it is pending.
        public let appliedAt: Date?

        /// Whether the database took another text under this number.
        public let isModified: Bool
    }

    /// The functions and views that the database has.
    public enum Engine: Sendable, Hashable {
        /// None: the schema is new, or steps were taken back.
        case missing

        /// Those of this library.
        case current

        /// Those of another release, or of another build of this one.
        case other(release: String)

        /// Those of this library, but somebody has changed or dropped some in the database.
        case edited(objects: [String])
    }

    /// The schema's name.
    public let schema: String

    /// Every step that the library or the database knows, in order.
    public let steps: [Step]

    /// The newest version that the library knows.
    let newestVersion: Int

    /// The functions and views that the database has.
    public let engine: Engine

    /// The newest step that the database took; 0 when there is none.
    public var version: Int { steps.last { $0.appliedAt != nil }?.version ?? 0 }

    /// The steps that the database has not taken yet.
    public var pending: [Step] { steps.filter { $0.appliedAt == nil } }

    /// Whether the database has taken a step that this library does not know.
    public var isNewerThanLibrary: Bool { version > newestVersion }

    /// Whether the functions and views are those of a release after this one.
    public var hasNewerEngine: Bool {
        guard case .other(let release) = engine else { return false }
        return Release.isHigher(release, than: Release.version)
    }

    /// Whether the database has taken exactly the steps that this library knows, and has its functions and views.
    public var isCurrent: Bool {
        pending.isEmpty && !isNewerThanLibrary && !steps.contains(where: \.isModified) && engine == .current
    }

    /// What keeps this library from working with the database, and what to do; nil when it can work.
    ///
    /// A database that a newer release has migrated is fine: what workers call stays for a release.
    package var obstacle: (problem: String, advice: String)? {
        let place = "the schema \(schema) is at version \(version)"
        if version == 0 { return ("the database has no schema \(schema)", "run `backops migrate up`") }
        if !pending.isEmpty {
            return ("\(place), but this program needs version \(newestVersion)", "run `backops migrate up`")
        }
        if let step = steps.first(where: \.isModified) { return Self.modified(step, schema) }
        if isNewerThanLibrary { return nil }
        switch engine {
        case .current:
            return nil
        case .missing:
            return ("\(place), but has no functions and views", "run `backops migrate up`")
        case .other(let release):
            if hasNewerEngine { return nil }
            return (
                "\(place), but its functions and views are those of \(named(release)), and not those of this program",
                "run `backops migrate up`"
            )
        case .edited(let objects):
            return (
                "\(place), but somebody has changed or dropped \(objects.joined(separator: ", "))",
                "run `backops migrate up`, which puts this program's text back"
            )
        }
    }

    private func named(_ release: String) -> String {
        release == Release.version ? "another build of release \(release)" : "release \(release)"
    }

    static func modified(_ step: Step, _ schema: String) -> (problem: String, advice: String) {
        (
            "step \(step.version) (\(step.name)) of the schema \(schema) was taken with another text than this program has",
            "use the program that made this schema, or a schema of another name; a step's text never changes after its release"
        )
    }
}
