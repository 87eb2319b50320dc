extension Plan {
    /// The plan as the SQL engine takes it, in UTF-8, with branches and actions in their order.
    ///
    /// `{"main": ["A", ["B", {"perform_at": "2027-01-01T00:00:00Z"}]], "red": ["C"], "/limit": {"name": "orders", "max": 3}}`
    package var utf8: [UInt8] {
        var writer = JSONWriter()
        writer.writeObject(
            branches.map { branch in
                let actions = entries.filter { $0.branch == branch }.map { entry -> JSONValue in
                    let options = entry.options.json
                    return options.isEmpty ? .string(entry.name) : [.string(entry.name), .object(options)]
                }
                return (JSONValue.Key(branch.description), .array(actions))
            } + (limit.map { [(Self.limitKey, $0.json)] } ?? [])
        )
        return writer.bytes
    }

    /// The limit of the operation stands beside the branches, under a name that none of them can have.
    private static let limitKey: JSONValue.Key = "/limit"

    /// The plan as JSON text.
    package var jsonText: String { String(decoding: utf8, as: UTF8.self) }

    /// Reads and checks a plan.
    ///
    /// The branches are in the order of the text, so it must not come from `jsonb`, which sorts keys.
    ///
    /// - Parameters:
    ///   - operation: The operation's name, for messages.
    ///   - json: The text that ``utf8`` writes.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidPlan`` or
    ///   ``BackOpsError/Code/invalidName``.
    package init(operation: String, json: [UInt8]) throws(BackOpsError) {
        let members: [(key: JSONValue.Key, value: JSONValue)]?
        do {
            members = try JSONParser.parseMembers(json)
        } catch {
            throw .invalidPlan(operation, "The branches cannot be read. \(error.message)")
        }
        guard let members else {
            throw .invalidPlan(
                operation,
                "The branches must be an object of arrays: {\"main\": [\"A\", \"B\"]}."
            )
        }
        var branches: [(name: BranchName, actions: [(name: String, options: ActionOptions)])] = []
        var limit: PlannedLimit?
        for (name, actions) in members {
            guard name != Self.limitKey else {
                limit = try Self.limit(actions, of: operation)
                continue
            }
            guard let elements = actions.arrayValue else {
                throw .invalidPlan(
                    operation,
                    "The branch \"\(name)\" must be an array, not \(actions.kindDescription)."
                )
            }
            var actions: [(name: String, options: ActionOptions)] = []
            for element in elements { actions.append(try Self.action(element, in: name.text, of: operation)) }
            branches.append((BranchName(name.text), actions))
        }
        try self.init(operation: operation, branches: branches, limit: limit)
    }

    private static func limit(_ json: JSONValue, of operation: String) throws(BackOpsError) -> PlannedLimit? {
        guard json != .null else { return nil }
        do {
            return try PlannedLimit(json: json, isOfOperation: true)
        } catch {
            throw .invalidPlan(operation, error.message)
        }
    }

    private static func action(
        _ json: JSONValue,
        in branch: String,
        of operation: String
    ) throws(BackOpsError) -> (name: String, options: ActionOptions) {
        if let name = json.stringValue { return (name, ActionOptions()) }
        guard let parts = json.arrayValue, (1...2).contains(parts.count), let name = parts[0].stringValue
        else {
            throw .invalidPlan(
                operation,
                """
                An action of the branch "\(branch)" must be "Name" or ["Name", {options}], \
                not \(json.kindDescription).
                """
            )
        }
        guard parts.count == 2 else { return (name, ActionOptions()) }
        do {
            return (name, try ActionOptions(json: parts[1]))
        } catch {
            throw .invalidPlan(operation, "\(branch)/\(name): \(error.message)")
        }
    }
}
