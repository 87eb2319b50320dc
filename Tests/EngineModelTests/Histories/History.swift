import EngineModel
import LibPQ

/// Commands in order, each with the number that names what it makes.
typealias History = [(step: Int, command: ModelCommand)]

/// Runs histories against the model and the database.
struct HistoryRunner {
    let definitions: [Definition: String]
    /// How often every kind of answer was seen: `complete advanced`.
    var seen: [String: Int] = [:]
    /// The calls made.
    var steps = 0

    init(definitions: [Definition: String]) {
        self.definitions = definitions
    }

    /// Runs one history in a transaction that is rolled back.
    ///
    /// - Parameters:
    ///   - session: The session to run in.
    ///   - next: Gives the command for a step, knowing the model; nil ends the history.
    /// - Returns: The commands that were carried out, and how the database disagreed after the last one, if it did.
    /// - Throws: `PQError` when the database failed in another way than by answering.
    mutating func run(
        on session: inout PQSession,
        next: (EngineModel, Int) -> ModelCommand?
    ) throws -> (history: History, difference: String?) {
        var model = EngineModel(.histories)
        var names = Names(definitions: definitions)
        var checks = LimitChecks()
        var history: History = []
        var step = 0
        try session.script("begin")
        while let command = next(model, step) {
            defer { step += 1 }
            guard model.knows(command) else { continue }
            history.append((step, command))
            if let difference = try carryOut(command, step, &model, &names, &checks, &session) {
                try session.script("rollback")
                return (history, difference)
            }
        }
        let violations = try EngineSession.violations(on: &session)
        try session.script("rollback")
        return (history, violations.isEmpty ? nil : "invariants:\n\(violations)")
    }

    /// Runs a given history.
    mutating func run(_ history: History, on session: inout PQSession) throws -> String? {
        var numbered = Dictionary(uniqueKeysWithValues: history.map { ($0.step, $0.command) })
        let end = (history.last?.step ?? -1) + 1
        // The clock by nothing is a command that does nothing: it keeps the numbers of the others.
        for step in 0..<end where numbered[step] == nil { numbered[step] = .clock(seconds: 0) }
        return try run(on: &session) { _, step in numbered[step] }.difference
    }

    private mutating func carryOut(
        _ command: ModelCommand,
        _ step: Int,
        _ model: inout EngineModel,
        _ names: inout Names,
        _ checks: inout LimitChecks,
        _ session: inout PQSession
    ) throws -> String? {
        let sql = command.sql(names, claims: model.claims)
        let answer = model.apply(command, step: step)
        for event in [answer.kind] + answer.events { seen["\(command.kind) \(event)", default: 0] += 1 }
        steps += 1
        let reply = try EngineSession.call(sql, at: model.now, on: &session)
        guard reply.refusal == answer.refusal else {
            return
                "refusal: model \(answer.refusal ?? "none"), database \(reply.refusal ?? "none")\n\(reply.text)"
        }
        if answer.refusal == nil, let difference = compare(answer, reply.text, &names) { return difference }
        let expected = model.state(names)
        if expected != reply.state { return Self.difference(expected, reply.state) }
        return checks.difference(reply.limits)
    }

    private func compare(_ answer: ModelAnswer, _ text: String, _ names: inout Names) -> String? {
        var lines = text.split(separator: "\n")
        names.beginAnswer()
        guard lines.count == answer.rows.count else {
            return "answer: model \(answer.rows), database \(text)"
        }
        for row in answer.rows {
            let index = answer.isUnordered ? lines.firstIndex { Self.mayBe(row, $0, names) } ?? 0 : 0
            let columns = lines.remove(at: index).split(separator: "|", omittingEmptySubsequences: false)
            guard columns.count == row.count else { return "answer: model \(row), database \(text)" }
            for (field, column) in zip(row, columns) {
                let expected = names.text(field, against: column)
                if expected != column { return "answer: model \(expected) for \(field), database \(text)" }
            }
        }
        return nil
    }

    /// Whether a line may be a foretold row, as far as its first column says.
    private static func mayBe(_ row: [ModelAnswer.Field], _ line: Substring, _ names: Names) -> Bool {
        var names = names
        guard let field = row.first, let column = line.split(separator: "|").first else { return false }
        return names.text(field, against: column) == column
    }

    private static func difference(_ expected: String, _ actual: String) -> String {
        let (expected, actual) = (expected.split(separator: "\n"), actual.split(separator: "\n"))
        let missing = expected.filter { !actual.contains($0) }.map { "  model     \($0)" }
        let surplus = actual.filter { !expected.contains($0) }.map { "  database  \($0)" }
        return "rows:\n" + (missing + surplus).joined(separator: "\n")
    }
}

extension ModelCommand {
    /// The command without its values.
    var kind: String {
        switch self {
        case .claimed(_, let command): String("\(command)".prefix { $0 != "(" })
        case .steer(_, let command): String("\(command)".prefix { $0 != "(" })
        case .schedule(_, let command): String("\(command)".prefix { $0 != "(" })
        default: String("\(self)".prefix { $0 != "(" })
        }
    }
}
