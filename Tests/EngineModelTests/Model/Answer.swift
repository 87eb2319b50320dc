/// What a call answers: what the model foretells, and the database must say.
struct Answer: Hashable, Sendable {
    /// One column of a row.
    enum Field: Hashable, Sendable {
        case text(String)
        case operation(Int)
        case worker(Int)
        case claim(Token)
        case definition(name: String, version: Int)

        static func number(_ value: Int) -> Field { .text(String(value)) }
        static var null: Field { .text("") }
    }

    /// The kind of answer, for the count of what a run has seen.
    let kind: String
    /// The rows, in order.
    var rows: [[Field]] = []
    /// True where the rows come in an order that the database draws.
    var isUnordered = false
    /// The SQLSTATE of a refusal.
    var refusal: String?

    init(_ kind: String, rows: [[Field]] = [], isUnordered: Bool = false) {
        self.kind = kind
        self.rows = rows
        self.isUnordered = isUnordered
    }

    init(_ refusal: Refusal) {
        kind = refusal.state
        self.refusal = refusal.state
    }
}

/// A call that the engine refuses, changing nothing.
struct Refusal: Error {
    /// The SQLSTATE.
    let state: String

    static let unknownOperation = Refusal(state: "OP002")
    static let wrongState = Refusal(state: "OP003")
    static let invalidArgument = Refusal(state: "OP004")
    static let unknownTarget = Refusal(state: "OP005")
    static let unknownWorker = Refusal(state: "OP006")
    static let invalidTime = Refusal(state: "OP007")
}
