import Foundation
import Testing

/// Folders are layers: each names types of its own and of those that are listed, which stand above it.
@Suite struct `The folders of BackOps` {
    /// Every folder with those whose types it may name, the lowest first; the page Architecture says what each holds.
    private static let layers: [(folder: String, names: Set<String>)] = [
        ("Errors", []),
        ("JSON", ["Errors"]),
        ("StackTrace", []),
        ("Globals", ["JSON", "Errors"]),
        ("Database", ["JSON", "Errors"]),
        ("Migration", ["Database", "Errors"]),
        ("Definition", ["Database", "Globals", "JSON", "Errors", "Action"]),
        ("Action", ["Definition", "Globals", "JSON", "Errors", "StackTrace"]),
        ("Records", ["Definition", "Globals", "JSON", "Errors"]),
        ("Jobs", ["Records", "Action", "Errors"]),
        (
            "Calls",
            ["Jobs", "Records", "Action", "Definition", "Migration", "Database", "Globals", "JSON", "Errors"]
        ),
        ("Telemetry", ["Jobs", "Records", "Action", "Migration", "JSON"]),
        (
            "Client",
            [
                "Calls", "Telemetry", "Records", "Action", "Definition", "Database", "Globals", "JSON",
                "Errors",
            ]
        ),
        ("Diagnosis", ["Calls", "Records", "Migration", "Database", "JSON", "Errors"]),
        (
            "Worker",
            [
                "Calls", "Telemetry", "Jobs", "Records", "Action", "Definition", "Migration", "Database",
                "Globals", "JSON", "StackTrace", "Errors",
            ]
        ),
    ]

    /// An action is defined by what it does with its context, and a context says in which plan it is: a protocol between
    /// the two would have one conforming type.
    private static let pair = (lower: "Definition", upper: "Action")

    private struct File {
        let path: String
        let folder: String
        let outline: SwiftOutline
    }

    private static func files() throws -> [File] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/BackOps")
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted()
            .filter { $0.hasSuffix(".swift") }
            .map { path in
                File(
                    path: "Sources/BackOps/\(path)",
                    folder: path.contains("/") ? String(path.prefix { $0 != "/" }) : "",
                    outline: SwiftOutline(
                        try String(contentsOf: root.appending(path: path), encoding: .utf8)
                    )
                )
            }
    }

    @Test func `name only types of those that are listed, and of all that are listed`() throws {
        let files = try Self.files()
        var homes: [String: Set<String>] = [:]
        for file in files {
            for type in file.outline.declarations where !type.isPrivate {
                homes[type.name, default: []].insert(file.folder)
            }
        }
        #expect(homes.count > 200)
        var unused = Dictionary(uniqueKeysWithValues: Self.layers.map { ($0.folder, $0.names) })
        for file in files {
            let allowed = try #require(
                Self.layers.first { $0.folder == file.folder }?.names,
                "\(file.path) is in a folder that is not listed"
            )
            let own = Set(file.outline.declarations.map(\.name))
            for name in file.outline.names {
                guard let (type, home) = Self.home(of: name, own, file.folder, homes), home != file.folder
                else { continue }
                unused[file.folder]?.remove(home)
                #expect(
                    allowed.contains(home),
                    "\(file.path):\(name.line) names \(type) of \(home): \(file.folder) → \(home) is no arrow that is listed"
                )
            }
        }
        for (folder, names) in unused {
            #expect(names.isEmpty, "\(folder) names nothing of \(names.sorted()), which is listed")
        }
    }

    /// Looks a name up as the compiler does: in the types around it from the inside out, then among all.
    ///
    /// - Returns: The longest part of it that is a type, and its folder; nil for types of other modules and generic parameters.
    private static func home(
        of name: SwiftOutline.Name,
        _ own: Set<String>,
        _ folder: String,
        _ homes: [String: Set<String>]
    ) -> (type: String, folder: String)? {
        for depth in stride(from: name.scope.count, through: 0, by: -1) {
            let outer = Array(name.scope.prefix(depth))
            for count in stride(from: name.words.count, through: 1, by: -1) {
                let type = (outer + name.words.prefix(count)).joined(separator: ".")
                if own.contains(type) { return (type, folder) }
                guard let found = homes[type], !found.isEmpty else { continue }
                return (type, found.contains(folder) ? folder : found.sorted()[0])
            }
        }
        return nil
    }

    @Test func `stand in an order in which each names only those before it, but for one pair`() {
        for (index, layer) in Self.layers.enumerated() {
            let before = Set(Self.layers[..<index].map(\.folder))
            var above = layer.names.subtracting(before)
            if layer.folder == Self.pair.lower { above.remove(Self.pair.upper) }
            #expect(above.isEmpty, "\(layer.folder) names \(above.sorted()), which are not before it")
        }
    }

    @Test func `are listed with the same arrows on the page Architecture`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appending(path: "Sources/BackOps/BackOps.docc/Architecture.md"),
            encoding: .utf8
        )
        let rows = page.matches(of: #/(?m)^\| `(\w+)` \| [^|]* \| ([^|]*)\|$/#)
        let listed = rows.map { row in
            (
                String(row.output.1),
                Set(row.output.2.matches(of: #/`([A-Z]\w*)`/#).map { String($0.output.1) })
            )
        }.filter { row in Self.layers.contains { $0.folder == row.0 } }
        #expect(listed.map(\.0) == Self.layers.map(\.folder))
        for ((folder, names), layer) in zip(listed, Self.layers) {
            #expect(names == layer.names, "\(folder)")
        }
    }

    @Test(arguments: [
        ("struct A { let b: B }", ["A"], ["B"]),
        ("extension A { enum B {}; func c(_ d: D.E) {} }", ["A.B"], ["A", "D.E"]),
        (#"let a = "A \(B(c: "D")) E" // F"#, [], ["B"]),
        (##"let a = #"A \(B) \#(C.d)"#"##, [], ["C.d"]),
        ("private struct A: B where C: D {}\nclass func e() -> F { .G }", ["A"], ["B", "C", "D", "F"]),
        ("/// A\nlet a = \"\"\"\n  B \\(C.self)\n  \"\"\"", [], ["C.self"]),
    ])
    func `are read without comments and the text of strings`(
        text: String,
        declared: [String],
        used: [String]
    ) {
        let outline = SwiftOutline(text)
        #expect(outline.declarations.map(\.name) == declared)
        #expect(outline.names.map { $0.words.joined(separator: ".") } == used)
    }
}
