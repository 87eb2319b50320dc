import ArgumentParser
import BackOps

/// What can be said of an operation when it is enqueued.
struct EnqueueOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Globals as one JSON object; - reads it from standard input.", valueName: "json")
    )
    var globals: String?

    @Option(
        help: ArgumentHelp(
            "Enqueue nothing when an operation of this name has the key; print its number.",
            valueName: "key"
        )
    )
    var key: String?

    @Option(
        help: ArgumentHelp(
            "What to do where the key is taken, such as unless_active or 'debounce 5 s'.",
            valueName: "mode"
        )
    )
    var mode: String?

    @Option(
        help: ArgumentHelp("Start at this time: 2026-12-24T08:00:00Z or +10m.", valueName: "time"),
        transform: TimeText.parse
    )
    var at: When?

    @Option(
        name: .customLong("in"),
        help: ArgumentHelp("Start after this time: 10m.", valueName: "duration"),
        transform: DurationText.parse
    )
    var delay: Duration?

    @Option(help: ArgumentHelp("Put it into this queue.", valueName: "name"), completion: .queueNames)
    var queue = "default"

    @Option(help: ArgumentHelp("Serve it first (0) or last (9).", valueName: "number"))
    var priority = 5

    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp("Label it; repeat it for several.", valueName: "tag"),
        completion: .tags
    )
    var tags: [String] = []

    @Option(help: ArgumentHelp("Give it branches of its own: {\"main\": [\"A\", \"B\"]}.", valueName: "json"))
    var branches: String?

    func check() throws {
        if mode != nil, key == nil { throw ValidationError("--mode needs --key.") }
        if at != nil, delay != nil { throw ValidationError("Give --at or --in, not both.") }
        if !(0...9).contains(priority) {
            throw ValidationError("--priority must be 0 to 9, not \(priority).")
        }
    }

    /// Puts everything together; assignments win over `--globals`.
    func request(_ name: String, _ assignments: [Assignment]) throws -> OperationRequest {
        var members = try document()
        members.merge(try Assignment.document(assignments)) { $1 }
        var request = OperationRequest(name, Globals(members))
        request.when = delay.map { .in($0) } ?? at ?? .now
        request.key = key
        request.mode = mode.map { EnqueueMode($0) } ?? .once
        request.queue = queue
        request.priority = priority
        request.tags = tags
        request.plan = try branches.map { try Plan(operation: name, json: Array($0.utf8)) }
        return request
    }

    private func document() throws -> [JSONValue.Key: JSONValue] {
        guard let globals else { return [:] }
        let text = globals == "-" ? StandardStream.input.readAll() : Array(globals.utf8)
        let place = globals == "-" ? "standard input" : "--globals"
        do {
            guard let members = try JSONValue(parsing: text).objectValue else {
                throw Problem(.usage, "\(place) must hold a JSON object, such as {\"subscription_id\": 42}")
            }
            return members
        } catch let error as BackOpsError {
            throw Problem(.usage, "\(place) holds no JSON: \(error.message)")
        }
    }
}
