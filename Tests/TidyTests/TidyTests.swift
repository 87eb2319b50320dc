import Foundation
import Testing

/// The rules of the tree that no compiler checks.
@Suite struct `The tree` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private struct File {
        let path: String
        let text: String
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    }

    private func files(under folder: String, ending: String) throws -> [File] {
        let base = Self.root.appending(path: folder)
        let names = try FileManager.default.subpathsOfDirectory(atPath: base.path)
        return try names.filter { $0.hasSuffix(ending) }.sorted().map { name in
            File(
                path: "\(folder)/\(name)",
                text: try String(contentsOf: base.appending(path: name), encoding: .utf8)
            )
        }
    }

    @Test func `has C pointers only where C is called, and imports libpq only in LibPQ`() throws {
        let pointer = #/OpaquePointer|Unsafe(Mutable)?(Raw)?Pointer/#
        let allowed = [
            "Sources/LibPQ/", "Sources/BackOps/StackTrace/", "Sources/DevPostgres/System/",
            "Sources/BackOpsCommand/Output/StandardStream.swift", "Sources/BackOpsPrometheus/System/",
        ]
        for file in try files(under: "Sources", ending: ".swift")
        where !allowed.contains(where: file.path.hasPrefix) {
            expectNone(of: pointer, in: file, "handles C pointers")
            expectNone(of: #/import CLibPQ/#, in: file, "imports libpq itself")
        }
    }

    @Test func `has the engine's SQL only in Migrations and Calls`() throws {
        let allowed = ["Sources/BackOps/Calls/", "Sources/BackOps/Migration/"]
        for file in try files(under: "Sources/BackOps", ending: ".swift")
        where !allowed.contains(where: file.path.hasPrefix) {
            expectNone(of: #/"(select|insert into|update|delete from) /#, in: file, "holds SQL")
        }
    }

    /// Comments may say what code must not do.
    private func expectNone(of pattern: some RegexComponent, in file: File, _ complaint: String) {
        for (number, line) in file.lines.enumerated()
        where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
            let isClean = line.firstMatch(of: pattern) == nil
            #expect(isClean, "\(file.path):\(number + 1) \(complaint)")
        }
    }

    @Test func `prints only from programs`() throws {
        for folder in ["Sources/LibPQ", "Sources/BackOps", "Sources/BackOpsTesting", "Sources/DevPostgres"] {
            for file in try files(under: folder, ending: ".swift") {
                expectNone(of: #/(^|[^\w.])print\(/#, in: file, "prints")
            }
        }
    }

    @Test func `swallows no error of the database`() throws {
        for folder in ["Calls", "Client", "Jobs", "Migration", "Records", "Worker"] {
            for file in try files(under: "Sources/BackOps/\(folder)", ending: ".swift") {
                expectNone(of: #/\btry[?!]/#, in: file, "swallows an error")
            }
        }
    }

    @Test func `has every test that the guarantees name as their proof`() throws {
        let tests = try files(under: "Tests", ending: ".swift").map(\.text).joined()
        let documents = [
            ("README.md", "## What it guarantees"),
            ("Sources/BackOps/BackOps.docc/Guarantees.md", "## Overview"),
        ]
        for (path, heading) in documents {
            let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
            let section = try #require(text.components(separatedBy: heading).dropFirst().first)
            let rows = section.components(separatedBy: "\n## ")[0].split(separator: "\n").filter {
                $0.hasPrefix("| ")
            }
            let proofs = rows.compactMap { $0.split(separator: "|").dropFirst(2).first }
                .flatMap { $0.matches(of: #/`[^`]+`/#).map { String($0.output) } }
            #expect(proofs.count > 5)
            for proof in proofs {
                let exists = tests.contains("struct \(proof)") || tests.contains("func \(proof)")
                #expect(exists, "\(path) names \(proof)")
            }
        }
    }

    /// Where a document has a whole program, a target compiles that very text.
    @Test(arguments: [
        ("README.md", "Tests/Samples/README/Shop.swift"),
        ("README.md", "Examples/Fulfilment/Tests/FulfilmentTests/GiftcardTests.swift"),
        ("Sources/BackOps/BackOps.docc/Application.md", "Tests/Samples/Application/Shop.swift"),
        ("Sources/BackOps/BackOps.docc/BackOps.md", "Tests/Samples/Worker/Worker.swift"),
        ("Sources/BackOps/BackOps.docc/GettingStarted.md", "Tests/Samples/GettingStarted/Greeter.swift"),
        ("Sources/BackOps/BackOps.docc/Testing.md", "Tests/Samples/Testing/GreetingTests.swift"),
        (
            "Sources/BackOps/BackOps.docc/Testing.md",
            "Examples/Fulfilment/Tests/FulfilmentTests/GiftcardTests.swift"
        ),
    ])
    func `compiles the programs of its documents`(document: String, source: String) throws {
        let page = try String(contentsOf: Self.root.appending(path: document), encoding: .utf8)
        let program = try String(contentsOf: Self.root.appending(path: source), encoding: .utf8)
        #expect(page.contains("```swift\n\(program)```"), "\(source) is no longer a program of \(document)")
    }

    @Test func `compiles every Swift sample that imports what it uses`() throws {
        let sources = try
            (files(under: "Tests/Samples", ending: ".swift") + files(under: "Examples", ending: ".swift"))
            .map(\.text)
        let readme = File(
            path: "README.md",
            text: try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        )
        for page in try [readme] + files(under: "Sources/BackOps/BackOps.docc", ending: ".md") {
            for sample in page.text.matches(of: #/```swift\n(import [^`]*)```/#) {
                #expect(
                    sources.contains(String(sample.output.1)),
                    "\(page.path): \(sample.output.1.prefix(80))"
                )
            }
        }
    }

    @Test func `names its repository everywhere as Release.swift does, and links every page`() throws {
        let release = try String(
            contentsOf: Self.root.appending(path: "Sources/BackOps/Migration/Release.swift"),
            encoding: .utf8
        )
        let repository = try #require(release.firstMatch(of: #/repository = "([^"]+)"/#)).output.1
        let readme = File(
            path: "README.md",
            text: try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        )
        let pages = try files(under: "Sources/BackOps/BackOps.docc", ending: ".md")
        var found = 0
        for page in [readme] + pages {
            for url in page.text.matches(of: #/\.package\(url: "([^"]*backops[^"]*)"/#).map(\.output.1) {
                #expect(url == repository, "\(page.path) names \(url)")
                found += 1
            }
            #expect(!page.text.contains("://github.com/…"), "\(page.path)")
        }
        #expect(found >= 2)

        let start = try #require(pages.first { $0.path.hasSuffix("/BackOps.md") }).text
        for page in pages where !page.path.hasSuffix("/BackOps.md") && !page.text.hasPrefix("# ``") {
            let name = page.path.split(separator: "/").last?.dropLast(".md".count) ?? ""
            #expect(start.contains("<doc:\(name)>"), "BackOps.md does not link \(name)")
        }
    }

    @Test func `names the newest version of the schema where it names one`() throws {
        let newest = try files(under: "Migrations", ending: ".up.sql").count
        let pages =
            try files(under: "Sources/BackOps/BackOps.docc", ending: ".md")
            + files(under: "Examples", ending: ".md")
        let others = try ["README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md"].map { path in
            File(path: path, text: try String(contentsOf: Self.root.appending(path: path), encoding: .utf8))
        }
        var found = 0
        for page in pages + others {
            let named =
                page.text.matches(of: #/schema (?:\w+ )*(?:is )?(?:at )?version (\d+)/#).map(\.output.1)
                + page.text.matches(of: #/\* 1 to (\d+): the first schema/#).map(\.output.1)
            for version in named {
                #expect(Int(version) == newest, "\(page.path) speaks of version \(version)")
            }
            found += named.count
        }
        #expect(found >= 3)
    }

    @Test func `numbers every step once, up and down`() throws {
        let names = try files(under: "Migrations", ending: ".sql").map {
            $0.path.dropFirst("Migrations/".count)
        }.filter { !$0.contains("/") }
        let ups = names.filter { $0.hasSuffix(".up.sql") }.map { $0.dropLast(".up.sql".count) }
        let downs = names.filter { $0.hasSuffix(".down.sql") }.map { $0.dropLast(".down.sql".count) }
        #expect(ups == downs)
        #expect(ups.map { Int($0.prefix(4)) } == Array(1...ups.count))
    }

    /// A function may have several argument lists there: they are one concept.
    @Test func `creates every function and view of the engine in one file`() throws {
        var files: [Substring: String] = [:]
        for file in try engineFiles() {
            for name in Set(file.text.matches(of: Self.creation).map(\.output.1)) {
                #expect(files[name] == nil, "\(name) is in \(files[name] ?? "") and in \(file.path)")
                files[name] = file.path
            }
        }
        #expect(files.count > 100)
    }

    /// A step must be able to run when the engine's text is another one, or none.
    @Test func `keeps functions out of the steps, but for the clock, and names none of the engine there`()
        throws
    {
        let functions = Set(try engineFiles().flatMap { $0.text.matches(of: Self.creation).map(\.output.1) })
        for file in try files(under: "Migrations", ending: ".sql") where !file.path.contains("Engine/") {
            let code = file.lines.filter { !$0.hasPrefix("--") }.joined(separator: "\n")
            let created = code.matches(of: #/create (?:or replace )?(?:function|view|trigger) (\w+)/#).map(
                \.output.1
            )
            #expect(
                created.allSatisfy { ["clock_now", "now"].contains($0) },
                "\(file.path) creates \(created)"
            )
            for call in code.matches(of: #/(\w+)\(/#).map(\.output.1) {
                #expect(!functions.contains(call), "\(file.path) calls \(call)")
            }
        }
    }

    private static var creation: Regex<(Substring, Substring)> {
        #/(?m)^ *create (?:or replace )?(?:function|view|type|trigger) (\w+)/#
    }

    private func engineFiles() throws -> [File] { try files(under: "Migrations/Engine", ending: ".sql") }

    /// The comment right before a function counts, and no other.
    @Test func `says of every function that locks rows what it locks`() throws {
        let head = #/^create or replace function (\w+)/#
        let lock =
            #/\bfor (no key )?update\b|\bfor (key )?share\b|\block table\b|^\s*(\w+ as \()?\s*(update \w+|delete from \w+)|\bdo update\b/#
        var functions = 0
        for file in try engineFiles() {
            var comment = ""
            var function: (name: Substring, comment: String)?
            for line in file.lines {
                if let name = line.firstMatch(of: head)?.output.1 { function = (name, comment) }
                comment = line.hasPrefix("--") ? comment + line : ""
                guard let (name, described) = function else { continue }
                if line.hasSuffix("$$;") { function = nil }
                let code = line.prefix(upTo: line.firstRange(of: "--")?.lowerBound ?? line.endIndex)
                guard code.firstMatch(of: lock) != nil else { continue }
                functions += 1
                #expect(
                    described.contains("Locks"),
                    "\(file.path): \(name) locks rows without saying which: \(code)"
                )
            }
        }
        #expect(functions > 50)
    }

    /// In a list of columns it would run when the planner likes, and once for each row that is asked for.
    @Test func `calls in statements of their own the functions that change rows`() throws {
        let call =
            #/\b(wake|refuse_action|refuse_next|end_operation|give_back|apply_jump|point_at|forget_failure|write_audit|show_life)\(/#
        for file in try engineFiles() {
            for (number, line) in file.lines.enumerated()
            where !line.hasPrefix("create ") && !line.hasPrefix("comment ") && !line.hasPrefix("--") {
                guard line.firstMatch(of: call) != nil else { continue }
                let isStatement = line.trimmingPrefix(while: \.isWhitespace).hasPrefix("perform ")
                #expect(isStatement, "\(file.path):\(number + 1) \(line)")
            }
        }
    }

    /// A client throws BackOpsError, also for a row that it cannot read.
    @Test func `reads the rows of a client's calls in one way`() throws {
        for file in try files(under: "Sources/BackOps/Client", ending: ".swift") {
            expectNone(
                of: #/call\((?:(?!\.read)[^{])*\)\.(map|first)|\brow\.decode|rows\[0\]/#,
                in: file,
                "decodes rows itself"
            )
        }
    }

    @Test func `states the rules of queue names and of globals once in SQL`() throws {
        let text = try files(under: "Migrations", ending: ".up.sql").map(\.text).joined()
        let all = try engineFiles().map(\.text).joined() + text
        for rule in ["[a-z0-9_.-]", "strict $.**{512}", "1048576", "length(value) <= 500"] {
            #expect(text.ranges(of: rule).count == 1, "\(rule)")
        }
        for rule in ["[a-z0-9_.-]", "strict $.**{5"] { #expect(all.ranges(of: rule).count == 1, "\(rule)") }
    }

    /// A plan is copied by four statements, each the fastest for its case.
    @Test func `copies the same columns of a plan in every statement`() throws {
        let columns = try engineFiles().flatMap { file in
            file.text.matches(of: #/insert into actions \(([^)]*)\)/#).map { String($0.output.1) }
        }
        #expect(columns.count > 1)
        #expect(Set(columns).count == 1)
        let table = try String(
            contentsOf: Self.root.appending(path: "Migrations/0002_plans.up.sql"),
            encoding: .utf8
        )
        let plan = try #require(table.firstMatch(of: #/create table definition_actions \(\n([\s\S]*?)\n\);/#))
        let names = plan.output.1.split(separator: "\n").compactMap {
            $0.firstMatch(of: #/^  ([a-z_]+) +(?!check|\()/#)?.output.1
        }.filter { !["definition_id", "starts", "constraint"].contains($0) }
        let added = try files(under: "Migrations", ending: ".up.sql").flatMap {
            $0.text.matches(of: #/alter table definition_actions add column ([a-z_]+)/#).map(\.output.1)
                .map(String.init)
        }
        #expect(
            (names.map(String.init) + added).sorted()
                == columns[0].components(separatedBy: ", ").filter { $0 != "operation_id" }.sorted()
        )
    }

    /// One home for what tests of several targets use.
    @Test func `has no copies of what TestSupport has`() throws {
        for file in try files(under: "Tests", ending: ".swift")
        where !file.path.hasPrefix("Tests/TestSupport/") && !file.path.hasPrefix("Tests/TidyTests/") {
            expectNone(
                of: #/func eventually\(\s*_ what|struct NeverHappened|= Process\(\)/#,
                in: file,
                "copies TestSupport"
            )
        }
    }

    @Test func `counts mutants and lists error codes in its documents as they are`() throws {
        let guarantees = try String(
            contentsOf: Self.root.appending(path: "Sources/BackOps/BackOps.docc/Guarantees.md"),
            encoding: .utf8
        )
        let mutants = try files(under: "Tests/EngineModelTests/Mutants", ending: ".swift").map(\.text)
            .joined().matches(of: #/(?m)^        Mutant\(/#).count
        #expect(guarantees.contains("\(mutants) guarantees are taken out"), "there are \(mutants) mutants")

        let raised = Set(
            try files(under: "Migrations", ending: ".sql").flatMap {
                $0.text.matches(of: #/errcode = '(OP\d+)'/#).map { String($0.output.1) }
            }
        ).sorted()
        let engine = try String(
            contentsOf: Self.root.appending(path: "Sources/BackOps/BackOps.docc/Engine.md"),
            encoding: .utf8
        )
        let listed = engine.matches(of: #/(?m)^\| (OP\d+) \|/#).map { String($0.output.1) }
        #expect(listed == raised)
        let (first, last) = (try #require(raised.first), try #require(raised.last))
        #expect(guarantees.contains("SQLSTATE \(first) to \(last)"))
        let errors = try files(under: "Sources/BackOps/Database", ending: ".swift").map(\.text).joined()
        for code in raised { #expect(errors.contains("\"\(code)\""), "no error of Swift is \(code)") }
    }

    @Test func `keeps files to a size that can be read`() throws {
        for folder in ["Sources", "Tests"] {
            for file in try files(under: folder, ending: ".swift") {
                #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines")
            }
        }
        for file in try files(under: "Migrations", ending: ".sql") {
            #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines")
        }
    }
}
