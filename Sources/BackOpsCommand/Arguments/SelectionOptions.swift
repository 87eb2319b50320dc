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

    @Option(
        help: ArgumentHelp("Only those of this name.", valueName: "name"),
        completion: .operationNames
    )
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Only those that failed by this error, as `failures` names it.",
            valueName: "fingerprint"
        ),
        completion: .fingerprints
    )
    var error: String?

    @Option(
        help: ArgumentHelp("Only those of this queue.", valueName: "name"),
        completion: .queueNames
    )
    var queue: String?

    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp("Only those with this label; repeat it for several.", valueName: "tag")
    )
    var tags: [String] = []

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

    @Option(
        help: ArgumentHelp("Only those enqueued at least so long ago: 1h.", valueName: "duration"),
        transform: DurationText.parse
    )
    var until: Duration?

    /// Whether nothing was said: every operation would be meant.
    var isEmpty: Bool {
        states.isEmpty && name == nil && error == nil && queue == nil && tags.isEmpty && globals.isEmpty
            && since == nil
            && until == nil
    }

    func query(_ client: BackOpsClient, states: [OperationState]? = nil) throws -> OperationQuery {
        var query = client.operations
        let states = states ?? self.states
        if !states.isEmpty { query = query.inState(states) }
        if let name { query = query.named(name) }
        if !globals.isEmpty { query = query.globalsContain(Globals(try Assignment.document(globals))) }
        if let error { query = query.failedBy(error) }
        if let queue { query = query.inQueue(queue) }
        if !tags.isEmpty { query = query.tagged(tags) }
        if let since { query = query.since(since) }
        if let until { query = query.until(until) }
        return query
    }

    /// What else may have been meant where nothing was found.
    func suggestion(_ client: BackOpsClient) async throws -> String? {
        guard let name else { return nil }
        let known = try await client.definitionNames()
        if known.contains(name) { return nil }
        return Spelling.nearest(to: name, in: known).map { "did you mean --name \(ShellWord.quoted($0))?" }
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
