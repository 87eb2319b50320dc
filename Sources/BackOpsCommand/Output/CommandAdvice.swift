import BackOps

/// Advice of the database, which names calls in SQL, in the words of the terminal: `backops retry 48213`.
enum CommandAdvice {
    /// A call as the functions of the schema write it: `SELECT backops.retry(48213)`, `skip(id)`.
    nonisolated(unsafe) private static let call =
        #/(?:SELECT (?:\* FROM )?)?(?:[\w"]+\.)?(?<name>[a-z_]+)\((?<arguments>[^()]*(?:\(\))?)\);?/#
        .asciiOnlyWordCharacters()

    /// The text with commands in the place of calls.
    ///
    /// - Parameters:
    ///   - text: The advice, or an error with its hint.
    ///   - id: The operation that it is about, where the text says only `id`; else the first one that it names counts.
    /// - Returns: The text for a terminal.
    static func text(_ text: String, id: Int64? = nil) -> String {
        let named = text.firstMatch(of: #/\b[Oo]peration (\d+)/#).flatMap { Int64($0.1) }
        let number = (id ?? named).map(String.init) ?? "ID"
        let words = text.replacing(call) { match in
            command(String(match.name), arguments(match.arguments), number).map { "`\(Program.name) \($0)`" }
                ?? String(match.0)
        }
        // The library knows no other name than that of the stand-alone program.
        let own = words.replacing("`backops ", with: "`\(Program.name) ")
        return own.replacing(
            "see operation_status for what",
            with: "`\(Program.name) explain \(number)` says what"
        ).replacing("jump and run_from lead", with: "jump and run-from lead").replacing(
            "look at worker_status",
            with: "look at `\(Program.name) workers --jobs`"
        ).replacing("rate_lines says", with: "`\(Program.name) rates NAME` says")
            .replacing("fair_queue_lines shows", with: "`\(Program.name) queues NAME` shows")
    }

    /// The arguments of a call, taken out of their quotes; what stands in quotes may have commas.
    private static func arguments(_ text: Substring) -> [String] {
        text.matches(of: #/(?:'(?:[^']|'')*'|[^', ])(?:'(?:[^']|'')*'|,(?! )|[^',])*/#).map { match in
            let word = match.output
            return word.count > 1 && word.hasPrefix("'") && word.hasSuffix("'")
                ? String(word.dropFirst().dropLast()).replacing("''", with: "'") : String(word)
        }
    }

    private static func command(_ name: String, _ arguments: [String], _ number: String) -> String? {
        let first = arguments.first ?? ""
        let id = Int64(first) == nil ? number : first
        switch (name, arguments.count) {
        case ("retry", 1), ("cancel", 1), ("skip", 1), ("rerun", 1), ("explain", 1): return "\(name) \(id)"
        case ("run_from", 2...3), ("jump", 2...3):
            let place = ShellWord.quoted(arguments.dropFirst().joined(separator: "/"))
            return "\(name == "jump" ? name : "run-from") \(id) \(place)"
        case ("reschedule", 2): return "reschedule \(id) --to now"
        case ("resume", 1): return "resume \(first)"
        case ("set_queue_limit", 2):
            return "limit-queue \(ShellWord.quoted(first)) \(arguments[1] == "null" ? "none" : arguments[1])"
        case ("set_queue_fairness", 2...3): return shareQueue(arguments)
        case ("set_limit", 2): return "limit \(ShellWord.quoted(first)) \(arguments[1])"
        case ("reset_limit", 1): return "limit \(ShellWord.quoted(first)) --reset"
        case ("set_rate", 2): return "rate \(ShellWord.quoted(first)) \(arguments[1])"
        case ("reset_rate", 1): return "rate \(ShellWord.quoted(first)) --reset"
        case ("close_rate", 2...3) where arguments[1] == "null":
            let key = arguments.count > 2 ? " --key \(ShellWord.quoted(arguments[2]))" : ""
            return "rate \(ShellWord.quoted(first)) --open\(key)"
        case ("recount_limits", 0): return "sql -- -c 'select recount_limits()'"
        case ("set_global", 3):
            guard let value = try? JSONValue(parsing: arguments[2]) else { return nil }
            return "set \(id) \(Assignment(key: arguments[1], value: value).text)"
        case ("invariants", 0): return "doctor"
        case ("rescue", 0): return "sql -- -c 'select rescue()'"
        default: return nil
        }
    }

    private static func shareQueue(_ arguments: [String]) -> String? {
        let command = "share-queue \(ShellWord.quoted(arguments[0]))"
        guard arguments[1] != "null" else { return "\(command) --off" }
        let document = arguments.count > 2 ? arguments[2] : "{}"
        guard let weights = try? JSONValue(parsing: document).objectValue else { return nil }
        let options = weights.map { " --weight " + ShellWord.quoted("\($0.key.text)=\($0.value)") }.sorted()
        return "\(command) --by \(ShellWord.quoted(arguments[1]))" + options.joined()
    }
}
