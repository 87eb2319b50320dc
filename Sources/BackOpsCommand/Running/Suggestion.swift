import ArgumentParser
import BackOps

/// Finds what somebody may have meant.
enum Suggestion {
    /// Refuses a command that does not exist, and names the one that is spelled most like it.
    ///
    /// The argument parser by itself reports an unexpected argument, and nothing else.
    ///
    /// - Throws: ``Problem`` with ``ProgramStatus/usage``.
    static func checkCommands(of root: any ParsableCommand.Type, _ arguments: [String]) throws(Problem) {
        var command = root
        var path = Program.name
        for argument in arguments {
            let subcommands = command.configuration.subcommands
            guard !subcommands.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return }
            guard let next = subcommands.first(where: { $0.configuration.commandName == argument }) else {
                let shown = subcommands.filter { $0.configuration.shouldDisplay }
                throw unknown(argument, in: path, shown.compactMap { $0.configuration.commandName })
            }
            command = next
            path += " " + argument
        }
    }

    /// Says that no worker has registered a name, and which one is spelled most like it.
    static func unknownName(_ name: String, _ client: BackOpsClient) async throws -> Problem {
        let known = try await client.definitionNames()
        let advice =
            if let near = Spelling.nearest(to: name, in: known) {
                "Did you mean \(near)?"
            } else if known.isEmpty {
                "No worker has registered anything yet: start one."
            } else {
                "There are \(known.joined(separator: ", "))."
            }
        return Problem(.usage, "no worker has registered an operation \"\(name)\"", advice: advice)
    }

    /// Says that there is no limit of a name, and which one is spelled most like it.
    static func unknownLimit(_ name: String, _ known: [String]) -> Problem {
        unknown(name, "limit", known)
    }

    /// Says that there is no rate of a name, and which one is spelled most like it.
    static func unknownRate(_ name: String, _ known: [String]) -> Problem {
        unknown(name, "rate", known)
    }

    /// Says that there is no queue of a name, and which one is spelled most like it.
    static func unknownQueue(_ name: String, _ known: [String]) -> Problem {
        unknown(name, "queue", known, none: "Nothing waits, and no worker is alive.")
    }

    private static func unknown(
        _ name: String,
        _ kind: String,
        _ known: [String],
        none: String = "No plan has one, and nobody has set one."
    ) -> Problem {
        let advice =
            if let near = Spelling.nearest(to: name, in: known) {
                "Did you mean \(near)?"
            } else if known.isEmpty {
                none
            } else {
                "There are \(known.joined(separator: ", "))."
            }
        return Problem(.noSuchOperation, "there is no \(kind) \"\(name)\"", advice: advice)
    }

    private static func unknown(_ word: String, in path: String, _ known: [String]) -> Problem {
        let advice =
            Spelling.nearest(to: word, in: known).map { "Did you mean `\(path) \($0)`?" }
            ?? "There are \(known.joined(separator: ", ")); `\(path) --help` says more."
        return Problem(.usage, "there is no command \"\(path) \(word)\"", advice: advice)
    }
}
