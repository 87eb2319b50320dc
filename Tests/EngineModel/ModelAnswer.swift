/// What a call answers: what the model foretells, and the database must say.
package struct ModelAnswer: Hashable, Sendable {
    /// One column of a row.
    package enum Field: Hashable, Sendable {
        case text(String)
        case operation(Int)
        case worker(Int)
        case claim(Token)
        case definition(name: String, version: Int)

        package static func number(_ value: Int) -> Field { .text(String(value)) }
        package static var null: Field { .text("") }
    }

    /// The kind of answer, for the count of what a run has seen.
    package let kind: String
    /// The rows, in order.
    package var rows: [[Field]] = []
    /// True where the rows come in an order that the database draws.
    package var isUnordered = false
    /// What else it says, for the same count.
    package var events: [String] = []
    /// The SQLSTATE of a refusal.
    package var refusal: String?

    package init(_ kind: String, rows: [[Field]] = [], isUnordered: Bool = false) {
        self.kind = kind
        self.rows = rows
        self.isUnordered = isUnordered
    }

    package init(_ refusal: ModelRefusal) {
        kind = refusal.state
        self.refusal = refusal.state
    }
}

/// A call that the engine refuses, changing nothing.
package struct ModelRefusal: Error {
    /// The SQLSTATE.
    package let state: String

    package static let unknownOperation = ModelRefusal(state: "OP002")
    package static let wrongState = ModelRefusal(state: "OP003")
    package static let invalidArgument = ModelRefusal(state: "OP004")
    package static let unknownTarget = ModelRefusal(state: "OP005")
    package static let unknownWorker = ModelRefusal(state: "OP006")
    package static let invalidTime = ModelRefusal(state: "OP007")
}
