/// One step of the schema, up and down.
public struct Migration: Sendable, Hashable {
    /// Its number: 1, 2, 3 … without gaps.
    public let version: Int

    /// What it is about, from the file's name.
    public let name: String

    /// The statements that take it.
    package let up: String

    /// The statements that take it back.
    package let down: String

    /// The steps that this version of the library knows, in order.
    public static let all: [Migration] = pair(MigrationFile.all)

    /// The newest version that this library knows.
    public static var newestVersion: Int { all.last?.version ?? 0 }

    /// Puts `0001_tables.up.sql` and `0001_tables.down.sql` together.
    static func pair(_ files: [MigrationFile]) -> [Migration] {
        let texts = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.text) })
        let migrations = files.compactMap { file -> Migration? in
            let stem = file.name.dropLast(".up.sql".count)
            guard file.name.hasSuffix(".up.sql"), let version = Int(stem.prefix(4)) else { return nil }
            guard let down = texts["\(stem).down.sql"] else {
                preconditionFailure("Migrations/\(file.name) has no \(stem).down.sql")
            }
            return Migration(version: version, name: String(stem.dropFirst(5)), up: file.text, down: down)
        }
        precondition(
            migrations.map(\.version) == Array(1...max(1, migrations.count)),
            "the files of Migrations/ must be numbered 0001, 0002 … without gaps"
        )
        return migrations
    }
}
