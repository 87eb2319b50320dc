/// One file of `Migrations/Engine`.
package struct EngineFile: Sendable {
    /// Its path below `Migrations`.
    package let path: String

    /// Its statements.
    package let text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// What it creates, read out of the text each time.
    ///
    /// Each as `drop` names it (`function claim(bigint, integer)`, `view stuck`, `type violation`,
    /// `trigger operations_expand on operations`), and by its name alone.
    var creations: [(object: String, name: Substring)] { Self.objects(in: text) }

    /// Whether PostgreSQL looks up the names in it when it is executed.
    func isBoundEarly(creating objects: [String]) -> Bool {
        objects.contains { $0.hasPrefix("view ") || $0.hasPrefix("trigger ") } || text.contains("\n  return ")
    }

    /// The words of its statements, without comments and literals.
    func words() -> Set<Substring> {
        var words: Set<Substring> = []
        for line in text.split(separator: "\n") {
            let code = line.prefix(upTo: line.firstRange(of: "--")?.lowerBound ?? line.endIndex)
            // Every other part lies between apostrophes. None of the engine's literals spans lines.
            for (index, part) in code.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            where index.isMultiple(of: 2) {
                words.formUnion(part.split { !($0.isLetter || $0.isNumber || $0 == "_") })
            }
        }
        return words
    }

    /// Reads the statements that create something; STYLE of the files: each begins a line.
    private static func objects(in text: String) -> [(object: String, name: Substring)] {
        var found: [(String, Substring)] = []
        var rest = text[...]
        while let line = rest.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first {
            let statement = line.drop { $0 == " " }
            if let head = statement.withoutPrefix("create or replace function ") {
                let name = head.prefix { $0 != "(" }
                let types = argumentTypes(of: text[name.endIndex...])
                found.append(("function \(name)(\(types.joined(separator: ", ")))", name))
            } else if let head = statement.withoutPrefix("create or replace view ") {
                let name = head.prefix { $0 != " " }
                found.append(("view \(name)", name))
            } else if let head = statement.withoutPrefix("create type ") {
                let name = head.prefix { $0 != " " }
                found.append(("type \(name)", name))
            } else if let name = statement.withoutPrefix("create trigger ") {
                let table = text[name.endIndex...].split(separator: " on ", maxSplits: 1).last?.prefix {
                    $0.isLetter || $0 == "_"
                }
                found.append(("trigger \(name) on \(table ?? "")", name))
            }
            guard line.endIndex < rest.endIndex else { break }
            rest = rest[rest.index(after: line.endIndex)...]
        }
        return found
    }

    /// The types in `(p_id bigint, p_limit integer default 100, variadic p_lengths integer[])`.
    private static func argumentTypes(of text: Substring) -> [String] {
        var arguments: [String] = []
        var argument = ""
        var depth = 0
        var isQuoted = false
        for character in text {
            if character == "'" { isQuoted.toggle() }
            if !isQuoted {
                if character == "(" || character == "[" { depth += 1 }
                if character == ")" || character == "]" { depth -= 1 }
                if depth == 0 || depth == 1 && character == "," {
                    arguments.append(argument)
                    argument = ""
                    if depth == 0 { break }
                    continue
                }
                if depth == 1, character == "(" { continue }
            }
            argument.append(character == "\n" ? " " : character)
        }
        return arguments.compactMap { argument in
            var words = argument.split(separator: " ").prefix { $0 != "default" }
            if words.first == "variadic" { words.removeFirst() }
            return words.isEmpty ? nil : words.dropFirst().joined(separator: " ")
        }
    }
}

extension Substring {
    /// What follows a prefix; nil without it.
    fileprivate func withoutPrefix(_ prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
