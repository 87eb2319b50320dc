/// A limit as a plan has it: of an action, or of the operation.
package struct PlannedLimit: Sendable, Hashable {
    package var name: String
    /// Nil where another plan, or somebody, says it.
    package var maximum: Int?
    /// The global by whose values slots are counted.
    package var key: String?
    /// Only of an operation.
    package var freeWhileWaiting = false
    /// What becomes of one that finds no slot, in the engine's word; nil lets it wait.
    package var whenFull: String?
    /// How many may wait, of each key where there are some.
    package var maxWaiting: Int?

    /// Checks every part of it.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration`` or ``BackOpsError/Code/invalidName``.
    func validate() throws(BackOpsError) {
        try NameRule.check(name, of: "a limit")
        if let maximum, !(1...1_000_000).contains(maximum) {
            throw .invalidConfiguration("limit", "\"\(name)\" must be 1 to 1,000,000, not \(maximum).")
        }
        if let maxWaiting, !(0...1_000_000).contains(maxWaiting) {
            throw .invalidConfiguration(
                "limit",
                "\"\(name)\": max_waiting must be 0 to 1,000,000, not \(maxWaiting)."
            )
        }
        if let key { try StepWait.check(global: key, "limit \"\(name)\": by") }
    }

    /// The limit in a few words: `stripe 20 by customer`.
    package var words: String {
        name + (maximum.map { " \($0)" } ?? "") + (key.map { " by \($0)" } ?? "")
    }
}

extension PlannedLimit {
    /// The limit as the SQL engine takes it.
    package var json: JSONValue {
        var json: [JSONValue.Key: JSONValue] = ["name": .string(name)]
        json["max"] = maximum.map { .integer(Int64($0)) }
        json["by"] = key.map(JSONValue.string)
        if freeWhileWaiting { json["free_while_waiting"] = true }
        json["when_full"] = whenFull.map(JSONValue.string)
        json["max_waiting"] = maxWaiting.map { .integer(Int64($0)) }
        return json.count == 1 ? .string(name) : .object(json)
    }

    /// Reads a limit.
    ///
    /// - Parameters:
    ///   - json: A name, or an object with known options only.
    ///   - isOfOperation: Whether it is the limit of an operation, not of an action.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``, naming the option.
    package init(json: JSONValue, isOfOperation: Bool) throws(BackOpsError) {
        if let name = json.stringValue {
            self.name = name
            return
        }
        guard let members = json.objectValue, let name = members["name"]?.stringValue else {
            throw .invalidConfiguration("limit", "must have a name: {\"name\": \"stripe\", \"max\": 20}.")
        }
        self.name = name
        let names =
            ["name", "max", "by"]
            + (isOfOperation ? ["free_while_waiting", "when_full", "max_waiting"] : [])
        for (key, value) in members.sorted(by: { $0.key < $1.key }) where value != .null {
            func read<Value>(_ rule: String, _ value: Value?) throws(BackOpsError) -> Value {
                guard let value else {
                    throw .invalidConfiguration("limit", "\"\(name)\": \(key.text) must be \(rule).")
                }
                return value
            }
            switch key.text {
            case "name": break
            case "max":
                maximum = try read(
                    "a whole number, 1 to 1,000,000",
                    value.integerValue.flatMap(Int.init(exactly:))
                )
            case "by": self.key = try read("the name of a global", value.stringValue)
            case "free_while_waiting" where isOfOperation:
                freeWhileWaiting = try read("true or false", value.boolValue)
            case "when_full" where isOfOperation:
                let words = ["wait", "drop", "cancel_oldest", "replace_waiting"]
                let word = try read(
                    words.joined(separator: ", "),
                    value.stringValue.flatMap { words.contains($0) ? $0 : nil }
                )
                whenFull = word == "wait" ? nil : word
            case "max_waiting" where isOfOperation:
                maxWaiting = try read(
                    "a whole number, 0 to 1,000,000",
                    value.integerValue.flatMap(Int.init(exactly:))
                )
            default:
                throw .invalidConfiguration(
                    "limit",
                    "\"\(name)\": \(key.text) is not an option. There are \(names.joined(separator: ", "))."
                )
            }
        }
    }
}
