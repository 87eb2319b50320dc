extension StepWait {
    /// The options of such a step, as the SQL engine takes them.
    var json: [JSONValue.Key: JSONValue] {
        switch self {
        case .sleep(let duration): return ["sleep": duration.secondsJSON]
        case .sleepUntil(let global): return ["sleep_until": .string(global)]
        case .signals(let names, let timeout, let onTimeout, let global):
            var json: [JSONValue.Key: JSONValue] = ["wait_for": .array(names.map(JSONValue.string))]
            json["timeout"] = timeout.map(\.secondsJSON)
            if onTimeout != .fail { json["on_timeout"] = onTimeout.json }
            json["as"] = global.map(JSONValue.string)
            return json
        case .approval(let step): return step.json
        }
    }

    /// Reads such a step's options; nil for those of an action.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``, naming the option.
    init?(json: [JSONValue.Key: JSONValue]) throws(BackOpsError) {
        let kinds = ["sleep", "sleep_until", "wait_for", "approval"].filter { json[JSONValue.Key($0)] != nil }
        guard let kind = kinds.first else { return nil }
        let known =
            switch kind {
            case "wait_for": [kind, "timeout", "on_timeout", "as"]
            case "approval": [kind, "role", "question", "within", "else", "rejected", "as", "remind"]
            default: [kind]
            }
        if let other = json.keys.map(\.text).sorted().first(where: { !known.contains($0) }) {
            throw .invalidConfiguration(other, "is no option of a step that waits.")
        }
        func read<Value>(_ name: String, _ rule: String, _ value: Value?) throws(BackOpsError) -> Value {
            guard let value else { throw .invalidConfiguration(name, "must be \(rule).") }
            return value
        }
        switch kind {
        case "sleep":
            self = .sleep(
                try read(kind, "a number of seconds", json["sleep"].flatMap(Duration.init(secondsJSON:)))
            )
        case "sleep_until":
            self = .sleepUntil(
                global: try read(kind, "the name of a global", json["sleep_until"]?.stringValue)
            )
        case "approval": self = .approval(try ApprovalStep(json: json))
        default:
            let given = json["wait_for"] ?? .null
            let names = given.stringValue.map { [$0] } ?? given.arrayValue?.compactMap(\.stringValue)
            self = .signals(
                try read(kind, "the name of a signal, or an array of such", names),
                timeout: try json["timeout"].map { value throws(BackOpsError) in
                    try read("timeout", "a number of seconds", Duration(secondsJSON: value))
                },
                onTimeout: try read(
                    "on_timeout",
                    "fail, go_on or a branch",
                    json["on_timeout"].map { OnTimeout(json: $0) } ?? .fail
                ),
                as: try json["as"].map { value throws(BackOpsError) in
                    try read("as", "the name of a global", value.stringValue)
                }
            )
        }
    }
}
