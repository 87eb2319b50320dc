extension ActionOptions {
    /// The options as the SQL engine takes them; defaults are not written.
    package var json: [JSONValue.Key: JSONValue] {
        if let wait { return wait.json }
        var json: [JSONValue.Key: JSONValue] = [:]
        json["perform_at"] = performAt.map { .string(ISO8601.text($0)) }
        json["perform_in"] = performIn.map(\.secondsJSON)
        json["perform_at_global"] = performAtGlobal.map(JSONValue.string)
        if retryPolicy.maxAttempts != RetryPolicy.standard.maxAttempts {
            json["max_attempts"] = .integer(Int64(retryPolicy.maxAttempts))
        }
        if !retryPolicy.hasStandardBackoff { json["backoff"] = retryPolicy.backoffJSON }
        json["timeout"] = timeout.map(\.secondsJSON)
        json["queue"] = queue.map(JSONValue.string)
        json["limit"] = limit.map(\.json)
        json["rate"] = rate.map(\.json)
        if !mayJump.isEmpty { json["may_jump"] = .array(mayJump.map { .string($0.description) }) }
        return json
    }

    /// Reads options.
    ///
    /// - Parameter json: An object with known options only.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``, naming the option.
    package init(json: JSONValue) throws(BackOpsError) {
        guard let members = json.objectValue else {
            throw .invalidConfiguration("options", "must be an object, not \(json.kindDescription).")
        }
        wait = try StepWait(json: members)
        guard wait == nil else { return }
        var maxAttempts = RetryPolicy.standard.maxAttempts
        var (backoff, jitter) = (RetryPolicy.standard.backoff, RetryPolicy.standard.jitter)
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            let name = key.text
            switch name {
            case "perform_at":
                performAt = try Self.read(name, "an ISO 8601 date", value.stringValue.flatMap(ISO8601.date))
            case "perform_in":
                performIn = try Self.read(name, "a number of seconds", Duration(secondsJSON: value))
            case "perform_at_global": performAtGlobal = try Self.read(name, "a string", value.stringValue)
            case "max_attempts":
                maxAttempts = try Self.read(name, "1…1000", value.integerValue.flatMap(Int.init(exactly:)))
            case "backoff": (backoff, jitter) = try RetryPolicy.backoff(json: value)
            case "timeout": timeout = try Self.read(name, "a number of seconds", Duration(secondsJSON: value))
            case "queue": queue = try Self.read(name, "a string", value.stringValue)
            case "limit":
                if value != .null { limit = try PlannedLimit(json: value, isOfOperation: false) }
            case "rate":
                if value != .null { rate = try PlannedRate(json: value) }
            case "may_jump": mayJump = try Self.read(name, "an array of branches", value.branchNames)
            default:
                throw .invalidConfiguration(
                    name,
                    "is not an option. There are \(Self.names.joined(separator: ", "))."
                )
            }
        }
        if members["max_attempts"] != nil || members["backoff"] != nil {
            retry = RetryPolicy(maxAttempts: maxAttempts, backoff: backoff, jitter: jitter)
        }
    }

    private static let names = [
        "perform_at", "perform_in", "perform_at_global", "max_attempts", "backoff", "timeout", "queue",
        "limit", "rate", "may_jump",
    ]

    fileprivate static func read<Value>(
        _ name: String,
        _ rule: String,
        _ value: Value?
    ) throws(BackOpsError) -> Value {
        guard let value else { throw .invalidConfiguration(name, "must be \(rule).") }
        return value
    }
}

extension RetryPolicy {
    fileprivate var hasStandardBackoff: Bool {
        backoff == Self.standard.backoff && jitter == Self.standard.jitter
    }

    /// Every field is written, so that the engine needs no defaults for them.
    fileprivate var backoffJSON: JSONValue {
        let jitter = JSONValue.Number(jitter).map(JSONValue.number) ?? .null
        switch backoff {
        case .constant(let delay):
            return ["kind": "constant", "base": delay.secondsJSON, "jitter": jitter]
        case .exponential(let base, let factor, let maximum):
            let factor = JSONValue.Number(factor).map(JSONValue.number) ?? .null
            return [
                "kind": "exponential", "base": base.secondsJSON, "factor": factor, "max": maximum.secondsJSON,
                "jitter": jitter,
            ]
        }
    }

    fileprivate static func backoff(json: JSONValue) throws(BackOpsError) -> (Backoff, jitter: Double) {
        for name in (json.objectValue ?? [:]).keys.map(\.text)
        where !["kind", "base", "factor", "max", "jitter"].contains(name) {
            throw .invalidConfiguration(
                "backoff.\(name)",
                "is not a field. There are kind, base, factor, max, jitter."
            )
        }
        guard case .exponential(let base, let factor, let maximum) = standard.backoff else {
            preconditionFailure("The standard policy is exponential.")
        }
        func seconds(_ name: String, default standard: Duration) throws(BackOpsError) -> Duration {
            guard let value = json[name] else { return standard }
            return try ActionOptions.read(
                "backoff.\(name)",
                "a number of seconds",
                Duration(secondsJSON: value)
            )
        }
        func number(_ name: String, default standard: Double) throws(BackOpsError) -> Double {
            guard let value = json[name] else { return standard }
            return try ActionOptions.read("backoff.\(name)", "a number", value.doubleValue)
        }
        switch json["kind"]?.stringValue {
        case "constant":
            return (.constant(try seconds("base", default: base)), try number("jitter", default: 0))
        case "exponential":
            let backoff = Backoff.exponential(
                base: try seconds("base", default: base),
                factor: try number("factor", default: factor),
                maximum: try seconds("max", default: maximum)
            )
            return (backoff, try number("jitter", default: standard.jitter))
        default:
            throw .invalidConfiguration("backoff.kind", "must be \"exponential\" or \"constant\".")
        }
    }
}

extension JSONValue {
    fileprivate var branchNames: [BranchName]? {
        guard let names = arrayValue?.map(\.stringValue), !names.contains(nil) else { return nil }
        return names.compactMap { $0.map(BranchName.init(_:)) }
    }
}
