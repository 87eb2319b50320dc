/// Asks before something that cannot be undone.
enum Confirmation {
    /// Whether somebody is there who can answer.
    static var canAsk: Bool { StandardStream.input.isTerminal && StandardStream.error.isTerminal }

    /// Returns when somebody agreed.
    ///
    /// Without a terminal nobody can, so that a script never hangs.
    ///
    /// - Parameters:
    ///   - question: What is about to happen.
    ///   - yes: Whether that was agreed to on the command line.
    /// - Throws: ``Problem``.
    static func ask(_ question: String, yes: Bool) throws(Problem) {
        if yes { return }
        guard canAsk else {
            throw Problem(
                .usage,
                "nothing was changed: nobody can answer \"\(question)\" here",
                advice: "Add --yes to do it."
            )
        }
        StandardStream.error.write("\(question) [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        guard ["y", "yes"].contains(answer) else { throw Problem(.error, "nothing was changed") }
    }
}
