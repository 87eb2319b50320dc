extension ApprovalStep {
    /// The options of such a step, as the SQL engine takes them; defaults are not written.
    var json: [JSONValue.Key: JSONValue] {
        var json: [JSONValue.Key: JSONValue] = ["approval": .string(name)]
        json["role"] = role.map(JSONValue.string)
        json["question"] = question.map(JSONValue.string)
        json["within"] = within.map(\.secondsJSON)
        if otherwise != .fail { json["else"] = otherwise.json }
        json["rejected"] = rejected.map(\.json)
        json["as"] = global.map(JSONValue.string)
        json["remind"] = reminder.map {
            ["after": $0.delay.secondsJSON, "operation": .string($0.operation)]
        }
        return json
    }

    /// Reads such a step's options.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``, naming the option.
    init(json: [JSONValue.Key: JSONValue]) throws(BackOpsError) {
        func read<Value>(
            _ option: JSONValue.Key,
            _ rule: String,
            _ value: (JSONValue) -> Value?
        ) throws(BackOpsError) -> Value? {
            guard let given = json[option], !given.isNull else { return nil }
            guard let value = value(given) else {
                throw .invalidConfiguration(option.text, "must be \(rule).")
            }
            return value
        }
        guard let name = json["approval"]?.stringValue else {
            throw .invalidConfiguration("approval", "must be the name of what is approved.")
        }
        self.name = name
        role = try read("role", "a string", \.stringValue)
        question = try read("question", "a string", \.stringValue)
        within = try read("within", "a number of seconds") { Duration(secondsJSON: $0) }
        otherwise = try read("else", "fail, go_on or a branch", OnTimeout.init(json:)) ?? .fail
        rejected = try read("rejected", "fail, go_on or a branch", OnTimeout.init(json:))
        global = try read("as", "the name of a global", \.stringValue)
        reminder = try read("remind", "an object with after, in seconds, and operation") { json in
            guard let delay = json["after"].flatMap(Duration.init(secondsJSON:)),
                let operation = json["operation"]?.stringValue
            else { return nil }
            return .after(delay, operation: operation)
        }
    }
}

extension OnTimeout {
    /// The choice as the SQL engine takes it.
    var json: JSONValue {
        switch self {
        case .fail: "fail"
        case .goOn: "go_on"
        case .branch(let branch): ["branch": .string(branch.description)]
        }
    }

    /// Reads a choice; nil where it is none.
    init?(json: JSONValue) {
        switch json {
        case "fail": self = .fail
        case "go_on": self = .goOn
        default:
            guard let branch = json["branch"]?.stringValue else { return nil }
            self = .branch(BranchName(branch))
        }
    }
}
