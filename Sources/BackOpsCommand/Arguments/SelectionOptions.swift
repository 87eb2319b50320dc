import ArgumentParser
import BackOps

/// Which operations a command is about, when it is not told their numbers.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "Only those that are active, completed, failed or cancelled; repeat it for several.",
            valueName: "state"
        ),
        transform: OperationState.parse
    )
    var states: [OperationState] = []

    @Option(help: ArgumentHelp("Only those of this name.", valueName: "name"))
    var name: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only those whose globals contain this: key=text or key:=json; repeat it for several.",
            valueName: "key=value"
        ),
        transform: Assignment.init
    )
    var globals: [Assignment] = []

    @Option(
        help: ArgumentHelp("Only those enqueued at most so long ago: 1h.", valueName: "duration"),
        transform: DurationText.parse
    )
    var since: Duration?

    /// Whether nothing was said: every operation would be meant.
    var isEmpty: Bool { states.isEmpty && name == nil && globals.isEmpty && since == nil }

    func query(_ client: BackOpsClient, states: [OperationState]? = nil) throws -> OperationQuery {
        var query = client.operations
        let states = states ?? self.states
        if !states.isEmpty { query = query.inState(states) }
        if let name { query = query.named(name) }
        if !globals.isEmpty { query = query.globalsContain(Globals(try Assignment.document(globals))) }
        if let since { query = query.since(since) }
        return query
    }
}

extension OperationState {
    /// Reads a state.
    ///
    /// - Throws: ``ArgumentError`` that names them all.
    static func parse(_ text: String) throws(ArgumentError) -> OperationState {
        guard let state = OperationState(rawValue: text) else {
            throw ArgumentError(
                "\"\(text)\" is no state: there are \(allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        return state
    }
}
