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

    /// The versions of the steps that the database took.
    var applied: Set<Int> { Set(steps.filter { $0.appliedAt != nil }.map(\.version)) }

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

    /// What keeps a library from working with a schema.
    package struct Obstacle: Sendable {
        let code: BackOpsError.Code
        /// What is wrong, as the beginning of a sentence in lower case.
        package let problem: String
        /// What to do, as a sentence.
        package let advice: String

        func error(_ schema: String) -> BackOpsError {
            let sentence = problem.prefix(1).uppercased() + problem.dropFirst()
            return BackOpsError(code, subject: schema, message: "\(sentence). \(advice)")
        }
    }

    /// What keeps this library from working with the database; nil when it can work.
    ///
    /// A database that a newer release has migrated is fine: what workers call stays for a release.
    package var obstacle: Obstacle? {
        let place = "the schema \(schema) is at version \(version)"
        let up = "Run `backops migrate up`."
        if version == 0 {
            return Obstacle(code: .schemaMissing, problem: "the database has no schema \(schema)", advice: up)
        }
        if !pending.isEmpty {
            let problem = "\(place), but this program needs version \(newestVersion)"
            return Obstacle(code: .schemaTooOld, problem: problem, advice: up)
        }
        if let step = steps.first(where: \.isModified) { return modified(step) }
        if isNewerThanLibrary || hasNewerEngine { return nil }
        switch engine {
        case .current:
            return nil
        case .missing:
            return Obstacle(
                code: .schemaTooOld,
                problem: "\(place), but has no functions and views",
                advice: up
            )
        case .other(let release):
            let whose =
                release == Release.version ? "another build of release \(release)" : "release \(release)"
            let problem =
                "\(place), but its functions and views are those of \(whose), and not those of this program"
            return Obstacle(code: .schemaTooOld, problem: problem, advice: up)
        case .edited(let objects):
            return Obstacle(
                code: .schemaModified,
                problem: "\(place), but somebody has changed or dropped \(objects.joined(separator: ", "))",
                advice: "Run `backops migrate up`, which puts back what this program has."
            )
        }
    }

    func modified(_ step: Step) -> Obstacle {
        Obstacle(
            code: .schemaModified,
            problem:
                "step \(step.version) (\(step.name)) of the schema \(schema) was taken with another text than this program has",
            advice:
                "Use the program that made this schema, or a schema of another name: a step's text never changes after its release."
        )
    }
}
