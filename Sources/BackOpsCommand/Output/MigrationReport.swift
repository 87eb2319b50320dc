import BackOps

/// What `migrate up` and `migrate down` did.
struct MigrationReport {
    let schema: String
    let version: Int
    let steps: [MigrationStep]
    let verb: String
    /// Whether functions and views were replaced.
    var hasReplacedEngine = false
    /// The roles that were created; nil where that was not asked for.
    var roles: [String]?

    func write(_ output: OutputOptions) {
        if output.json {
            var document: [String: JSONValue] = [
                "schema": .string(schema), "version": .integer(Int64(version)),
                "steps": .array(steps.map { .integer(Int64($0.version)) }),
            ]
            if verb == "applied" { document["engine_replaced"] = .bool(hasReplacedEngine) }
            if let roles { document["roles"] = .array(roles.map { .string($0) }) }
            StandardStream.output.writeLine(JSONValue.object(document).description)
        } else {
            for step in steps { StandardStream.output.writeLine("\(verb): \(step.version) \(step.name)") }
            if hasReplacedEngine { StandardStream.output.writeLine("replaced: functions and views") }
            if let roles {
                for role in roles { StandardStream.output.writeLine("created the role \(role)") }
                let words =
                    roles.isEmpty
                    ? "the roles were there already, and have their rights"
                    : "give them away: GRANT \(roles[roles.count - 1]) TO …"
                StandardStream.error.say(words, output.messageStyle)
            }
            let isIdle = steps.isEmpty && !hasReplacedEngine && roles?.isEmpty != false
            let end = isIdle ? "nothing to do" : "\(steps.count) \(verb)"
            StandardStream.output.writeLine("\(end); the schema \(schema) is at version \(version)")
        }
    }
}
