/// The status of an operation or an action, as the database calls it, with its symbol and colour.
struct Status: Hashable {
    let word: String

    init(_ word: String) { self.word = word }

    var symbol: String {
        switch word {
        case "completed": "✓"
        case "failed": "✗"
        case "cancelled": "⊘"
        case "skipped": "–"
        case "running": "●"
        case "retrying": "↻"
        case "waiting": "◷"
        case "ready": "◎"
        case "parked": "?"
        default: "○"
        }
    }

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
