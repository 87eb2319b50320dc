import ArgumentParser

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
                throw unknown(argument, in: path, subcommands.compactMap { $0.configuration.commandName })
            }
            command = next
            path += " " + argument
        }
    }

    private static func unknown(_ word: String, in path: String, _ known: [String]) -> Problem {
        let advice =
            nearest(to: word, in: known).map { "Did you mean `\(path) \($0)`?" }
            ?? "There are \(known.joined(separator: ", ")); `\(path) --help` says more."
        return Problem(.usage, "there is no command \"\(path) \(word)\"", advice: advice)
    }

    /// The candidate with the fewest differing letters; nil when all are too different.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        let rated = candidates.map { (candidate: $0, distance: distance(word.lowercased(), $0.lowercased())) }
        guard let best = rated.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, word.count / 3) ? best.candidate : nil
    }

    /// Counts the letters to insert, remove, replace or swap with their neighbour.
    static func distance(_ first: String, _ second: String) -> Int {
        let (a, b) = (Array(first), Array(second))
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
