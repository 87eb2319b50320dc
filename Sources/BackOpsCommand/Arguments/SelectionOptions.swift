import ArgumentParser
import BackOps
import LibPQ

/// Which operations a command is about, when it is not told their numbers.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "Only those that are active, completed, failed or cancelled, or of the active ones only those that are ready, running, scheduled, retrying, waiting or parked; repeat it for several.",
            valueName: "state"
        ),
        completion: .list(StateWord.all),
        transform: StateWord.parse
    )
    var states: [StateWord] = []

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
        help: ArgumentHelp("Only those with this label; repeat it for several.", valueName: "tag"),
        completion: .tags
    )
    var tags: [String] = []

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only those whose globals contain this: key=text or key:=json; repeat it for several.",
            valueName: "key=value"
        ),
        completion: .globals,
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

    func query(_ client: BackOpsClient, states: [StateWord]? = nil) throws -> OperationQuery {
        var query = client.operations
        let states = states ?? self.states
        if !states.isEmpty { query = query.matching(states) }
        if let name { query = query.named(name) }
        if !globals.isEmpty { query = query.globalsContain(Globals(try Assignment.document(globals))) }
        if let error { query = query.failedBy(error) }
        if let queue { query = query.inQueue(queue) }
        if !tags.isEmpty { query = query.tagged(tags) }
        if let since { query = query.enqueued(within: since) }
        if let until { query = query.enqueued(notWithin: until) }
        return query
    }

    /// What else may have been meant where nothing was found.
    func suggestion(_ client: BackOpsClient) async throws -> String? {
        var parts: [String] = []
        if let name {
            let known = try await client.definitionNames()
            if !known.contains(name), let near = Spelling.nearest(to: name, in: known) {
                parts.append("did you mean `--name \(ShellWord.quoted(near))`?")
            }
        }
        if let queue {
            let known = try await client.queues().map(\.name)
            if !known.contains(queue), let near = Spelling.nearest(to: queue, in: known) {
                parts.append("did you mean `--queue \(near)`?")
            }
        }
        for (index, assignment) in globals.enumerated() {
            guard let other = assignment.otherReading else { continue }
            var selection = self
            selection.globals[index] = other
            let count = try await selection.query(client).count()
            guard count > 0 else { continue }
            var isText = false
            if case .string = other.value { isText = true }
            parts.append("as \(isText ? "text" : "JSON") it would find \(count): `--where \(other.text)`")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}

extension OperationState {
    /// Reads a state.
    ///
    /// - Throws: ``ArgumentError`` that names them all.
    static func parse(_ text: String) throws(ArgumentError) -> OperationState {
        guard let state = OperationState.known(text) else {
            throw .unknown(text, as: "state", of: allCases.map(\.rawValue))
        }
        return state
    }
}
