import BackOpsCommand

/// Says on standard error what is going on: on one line of a terminal, or on a line each.
struct Progress: Sendable {
    private let isTerminal = StandardStream.error.isTerminal

    func say(_ text: String) {
        if isTerminal {
            StandardStream.error.write("\r\u{1b}[K\(text)")
        } else {
            StandardStream.error.writeLine(text)
        }
    }

    /// Says something that stays.
    func note(_ text: String) {
        clear()
        StandardStream.error.writeLine(text)
    }

    /// Takes the line away, before something else is written.
    func clear() {
        if isTerminal { StandardStream.error.write("\r\u{1b}[K") }
    }
}
