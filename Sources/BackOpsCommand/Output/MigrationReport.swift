import BackOps

/// What `migrate up` and `migrate down` did.
struct MigrationReport {
    let schema: String
    let version: Int
    let steps: [Migration]
    let verb: String

    func write(_ output: OutputOptions) {
        if output.json {
            let document: JSON = [
                "schema": .string(schema), "version": .integer(Int64(version)),
                "steps": .array(steps.map { .integer(Int64($0.version)) }),
            ]
            StandardStream.output.writeLine(document.description)
        } else {
            for step in steps { StandardStream.output.writeLine("\(verb): \(step.version) \(step.name)") }
            let end = steps.isEmpty ? "nothing to do" : "\(steps.count) \(verb)"
            StandardStream.output.writeLine("\(end); the schema \(schema) is at version \(version)")
        }
    }
}
