import EngineModel

/// What the database calls the things that a history made: ids, learnt from its answers.
struct Names {
    private(set) var operations: [Int: String] = [ModelCommand.unknown: "-1"]
    private(set) var workers: [Int: String] = [ModelCommand.unknown: "1"]
    private(set) var claims: [Token: String] = [.wait: "wait"]
    private(set) var definitions: [Definition: String]
    private var greatestClaim = 0
    /// The greatest claim before the answer that is being read, whose own may come in any order.
    private var earlierClaim = 0
    /// Rows that could not be named, because the answer was not what the model foretold.
    private static let nameless = "?"

    init(definitions: [Definition: String]) {
        self.definitions = definitions
    }

    /// Writes a foretold field as the database must have written it, or learns the name of something new.
    ///
    /// - Parameters:
    ///   - field: What the model foretold.
    ///   - actual: What the database answered.
    /// - Returns: The text that must be equal to the actual one.
    mutating func text(_ field: ModelAnswer.Field, against actual: Substring) -> String {
        switch field {
        case .text(let text): text
        case .operation(let id): Self.name(id, in: &operations, actual)
        case .worker(let id): Self.name(id, in: &workers, actual)
        case .definition(let name, let version):
            Self.name(Definition(name: name, version: version), in: &definitions, actual)
        case .claim(let token): claim(token, actual)
        }
    }

    private static func name<Key>(
        _ key: Key,
        in names: inout [Key: String],
        _ actual: Substring
    ) -> String {
        if let known = names[key] { return known }
        // A name that is taken already would make two things one.
        guard !actual.isEmpty, !names.values.contains(String(actual)) else { return "a new id" }
        names[key] = String(actual)
        return String(actual)
    }

    /// Says that the fields to come belong to another answer.
    mutating func beginAnswer() {
        earlierClaim = greatestClaim
    }

    /// Claim ids rise for ever: that no old claim can look current again is what all fencing stands on.
    private mutating func claim(_ token: Token, _ actual: Substring) -> String {
        if let known = claims[token] { return known }
        guard let id = Int(actual), id > earlierClaim, !claims.values.contains(String(actual)) else {
            return "a claim id above \(earlierClaim)"
        }
        greatestClaim = max(greatestClaim, id)
        claims[token] = String(actual)
        return String(actual)
    }

    func operation(_ id: Int) -> String { operations[id] ?? Self.nameless }
    func worker(_ id: Int?) -> String { id.map { workers[$0] ?? Self.nameless } ?? "" }
    func claim(_ token: Token?) -> String { token.map { claims[$0] ?? Self.nameless } ?? "" }
    func definition(_ definition: Definition?) -> String {
        definition.map { definitions[$0] ?? Self.nameless } ?? ""
    }
}
