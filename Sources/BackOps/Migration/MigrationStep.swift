/// One step of the tables, up and down.
///
/// Steps hold state only: tables, domains, indexes. The functions and views that work on them are the engine's text, which
/// ``Migrator/up(to:createsRoles:)`` brings up to date after the steps.
public struct MigrationStep: Sendable, Hashable {
    /// Its number: 1, 2, 3 … without gaps.
    public let version: Int

    /// What it is about, from the file's name.
    public let name: String

    /// The statements that take it.
    package let up: String

    /// The statements that take it back.
    package let down: String

    /// Whether it runs outside of a transaction, as `create index concurrently` must: its first line is `-- no transaction`.
    ///
    /// Such a step can end half done, so its statements must bear to be repeated.
    package var isOutsideTransaction: Bool { up.hasPrefix("-- no transaction\n") }

    package init(version: Int, name: String, up: String, down: String) {
        self.version = version
        self.name = name
        self.up = up
        self.down = down
    }

    /// The steps that this version of the library knows, in order.
    public static let all: [MigrationStep] = pair(
        MigrationFile.all.filter { !$0.name.contains("/") }
    )

    /// The newest version that this library knows.
    public static var newestVersion: Int { all.last?.version ?? 0 }

    /// Puts `0001_domains.up.sql` and `0001_domains.down.sql` together.
    static func pair(_ files: [MigrationFile]) -> [MigrationStep] {
        let texts = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.text) })
        let migrations = files.compactMap { file -> MigrationStep? in
            let stem = file.name.dropLast(".up.sql".count)
            guard file.name.hasSuffix(".up.sql"), let version = Int(stem.prefix(4)) else { return nil }
            guard let down = texts["\(stem).down.sql"] else {
                preconditionFailure("Migrations/\(file.name) has no \(stem).down.sql")
            }
            return MigrationStep(version: version, name: String(stem.dropFirst(5)), up: file.text, down: down)
        }
        precondition(
            migrations.map(\.version) == Array(1...max(1, migrations.count)),
            "the files of Migrations/ must be numbered 0001, 0002 … without gaps"
        )
        return migrations
    }
}
