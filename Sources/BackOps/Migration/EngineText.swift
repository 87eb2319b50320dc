/// The current text of the engine: its functions, views, row types and triggers.
///
/// Each file of `Migrations/Engine` holds one concept, in statements that may be repeated. Nothing here has a version: a
/// database either has this text or another one, which the checksum tells.
package struct EngineText: Sendable {
    /// The files by their paths.
    package let files: [EngineFile]

    /// A number over the names and texts of all files, which changes when one of them does.
    let checksum: String

    /// What the files create, such as `function claim(bigint, integer)` and `view stuck`.
    ///
    /// Read out of the files each time: a worker that starts needs the checksum only.
    package var objects: [String] { files.flatMap { $0.creations.map(\.object) } }

    package static let current = EngineText(
        MigrationFile.all.filter { $0.name.hasPrefix("Engine/") }.map {
            EngineFile(path: $0.name, text: $0.text)
        }
    )

    package init(_ files: [EngineFile]) {
        self.files = files.sorted { $0.path < $1.path }
        checksum = Self.checksum(self.files)
    }

    /// The files in an order in which they can be executed: row types first, and then every file after those that it needs at once.
    ///
    /// PostgreSQL looks up what a view, a trigger or a `return` body names when it is created, and what other bodies name when
    /// they run.
    func inOrder() -> [EngineFile] {
        let creations = files.map(\.creations)
        var owners: [Substring: Int] = [:]
        for (index, created) in creations.enumerated() {
            for (_, name) in created { owners[name] = index }
        }
        var isPlaced = Array(repeating: false, count: files.count)
        var order: [EngineFile] = []
        func place(_ index: Int) {
            guard !isPlaced[index] else { return }
            isPlaced[index] = true
            let file = files[index]
            if file.isBoundEarly(creating: creations[index].map(\.object)) {
                for needed in Set(file.words().compactMap { owners[$0] }).sorted() { place(needed) }
            }
            order.append(file)
        }
        for (index, created) in creations.enumerated()
        where created.contains(where: { $0.object.hasPrefix("type ") }) { place(index) }
        for index in files.indices { place(index) }
        return order
    }

    /// FNV-1a: against mistakes, not against people.
    private static func checksum(_ files: [EngineFile]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for file in files {
            for byte in file.path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            for byte in file.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
