import BackOps

/// What is to be said of an operation that somebody wanted to enqueue: that it existed, or that it will not start.
struct EnqueueReport {
    let id: Int64
    let outcome: EnqueueOutcome
    private let key: String?
    /// The globals that were given and are others there, with what they are; nil where this role may not look.
    private let others: [(key: JSONValue.Key, given: JSONValue, found: JSONValue?)]?
    private let hindrances: Hindrances

    init(_ enqueued: EnqueueResult, _ request: OperationRequest, _ client: BackOpsClient) async throws {
        (id, outcome, key) = (enqueued.handle.id, enqueued.outcome, request.key)
        // In other modes the globals are not what the key stands for.
        others =
            outcome == .existing && request.mode == .once ? try await Self.others(id, request, client) : []
        hindrances =
            outcome == .existing || outcome == .dropped ? Hindrances() : try await Hindrances(of: id, client)
    }

    /// Whether the operation that has the key has other globals than those that were given.
    var hasOtherGlobals: Bool { others?.isEmpty == false }

    private static func others(
        _ id: Int64,
        _ request: OperationRequest,
        _ client: BackOpsClient
    ) async throws -> [(key: JSONValue.Key, given: JSONValue, found: JSONValue?)]? {
        do {
            let found = try await client.handle(id).record().globals.members()
            return try request.globals.members().sorted { $0.key < $1.key }.compactMap { key, given in
                // What is secret for this role cannot be compared.
                if found[key] == given || found[key] == "[secret]" { return nil }
                return (key, given, found[key])
            }
        } catch let error as BackOpsError where Hindrances.isAboutRights(error) {
            return nil
        }
    }

    func say(_ style: Style) {
        switch outcome {
        case .replaced: StandardStream.error.say("#\(id) has replaced what had the key \(key ?? "")", style)
        case .merged:
            StandardStream.error.say("#\(id), which has the key \(key ?? ""), has these globals too", style)
        case .dropped:
            StandardStream.error.say(
                "#\(id) was enqueued under the key \(key ?? "") a moment ago: nothing was enqueued",
                style
            )
        case .existing:
            var text = "#\(id) existed already under the key \(key ?? "")"
            if let others, !others.isEmpty {
                let words = others.map { other in
                    "\(other.key) is \(other.found?.description ?? "not there"), not \(other.given)"
                }
                text += ", with other globals (\(words.joined(separator: "; ")))"
            }
            StandardStream.error.say(text + ": nothing was enqueued", style)
        default: break
        }
        hindrances.say(style)
    }

    /// The members of the `--json` document.
    var members: [JSONValue.Key: JSONValue] {
        var members: [JSONValue.Key: JSONValue] = [
            "id": .integer(id), "created": .bool(outcome == .created), "outcome": .string(outcome.rawValue),
        ]
        if outcome == .existing { members["same_globals"] = others.map { .bool($0.isEmpty) } ?? .null }
        if !hindrances.reasons.isEmpty { members["explanation"] = .array(hindrances.reasons.map(\.json)) }
        return members
    }
}
