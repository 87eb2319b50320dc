import ArgumentParser
import BackOps

/// A word of `--state`: a state, or what an active operation does right now.
struct StateWord: Hashable, Sendable {
    let state: OperationState
    /// Nil where the whole state is meant.
    let status: OperationStatus?

    init(_ state: OperationState) { (self.state, status) = (state, nil) }

    init(_ status: OperationStatus) { (state, self.status) = (status.state, status) }

    /// What there is, in the order in which help names it.
    static let all = [
        "active", "ready", "running", "scheduled", "retrying", "waiting", "parked", "completed", "failed",
        "cancelled",
    ]

    /// Reads a word.
    ///
    /// - Throws: ``ArgumentError`` that names them all.
    static func parse(_ text: String) throws(ArgumentError) -> StateWord {
        if let state = OperationState.known(text) { return StateWord(state) }
        if let status = OperationStatus.known(text) { return StateWord(status) }
        throw .unknown(text, as: "state", of: all)
    }

    var text: String { status?.rawValue ?? state.rawValue }
}

extension OperationQuery {
    /// Keeps operations that one of some words is true of.
    func matching(_ words: [StateWord]) -> OperationQuery {
        if words.allSatisfy({ $0.status == nil }) { return inState(Array(Set(words.map(\.state)))) }
        return withStatus(
            words.flatMap { word in
                word.status.map { [$0] } ?? OperationStatus.allCases.filter { $0.state == word.state }
            }
        )
    }
}

extension ArgumentError {
    /// Says that a word is none of those that there are, and which one may have been meant.
    static func unknown(_ word: String, as what: String, of known: [String]) -> ArgumentError {
        let near = Spelling.nearest(to: word, in: known).map { " Did you mean \($0)?" } ?? ""
        return ArgumentError("\"\(word)\" is no \(what): there are \(known.joined(separator: ", ")).\(near)")
    }
}
