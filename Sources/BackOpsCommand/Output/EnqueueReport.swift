import BackOps

/// What is to be said of an operation that somebody wanted to enqueue: that it existed, or that it will not start.
struct EnqueueReport {
    let id: Int64
    let isNew: Bool
    private let key: String?
    /// The globals that were given and are others there, with what they are; nil where this role may not look.
    private let others: [(key: JSONValue.Key, given: JSONValue, found: JSONValue?)]?
    private let hindrances: Hindrances

    init(_ id: Int64, isNew: Bool, _ request: OperationRequest, _ client: BackOpsClient) async throws {
        (self.id, self.isNew, key) = (id, isNew, request.key)
        others = isNew ? [] : try await Self.others(id, request, client)
        hindrances = isNew ? try await Hindrances(of: id, client) : Hindrances()
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
        if !isNew {
            var text = "#\(id) existed already under the key \(key ?? "")"
            if let others, !others.isEmpty {
                let words = others.map { other in
                    "\(other.key) is \(other.found?.description ?? "not there"), not \(other.given)"
                }
                text += ", with other globals (\(words.joined(separator: "; ")))"
            }
            StandardStream.error.say(text + ": nothing was enqueued", style)
        }
        hindrances.say(style)
    }

    /// The members of the `--json` document.
    var members: [JSONValue.Key: JSONValue] {
        var members: [JSONValue.Key: JSONValue] = ["id": .integer(id), "created": .bool(isNew)]
        if !isNew { members["same_globals"] = others.map { .bool($0.isEmpty) } ?? .null }
        if !hindrances.reasons.isEmpty { members["explanation"] = .array(hindrances.reasons.map(\.json)) }
        return members
    }
}
