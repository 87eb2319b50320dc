/// The status of an operation or an action, as the database calls it, with its symbol and colour.
struct Status: Hashable {
    let word: String

    init(_ word: String) { self.word = word }

    /// The one table of symbols, in the order of the legend; that of the SQL function `flow` is the same.
    static let symbols: KeyValuePairs<String, String> = [
        "completed": "✓", "running": "●", "retrying": "↻", "scheduled": "◷", "waiting": "◇", "ready": "◎",
        "failed": "✗",
        "cancelled": "⊘", "skipped": "–", "open": "○", "parked": "?",
    ]

    var symbol: String { Self.symbols.first { $0.key == word }?.value ?? "○" }

    var colour: Colour? {
        switch word {
        case "completed": .green
        case "failed": .red
        case "retrying", "parked": .yellow
        case "running": .blue
        case "cancelled", "skipped", "open": .dim
        default: nil
        }
    }

    var text: String { "\(symbol) \(word)" }
}
