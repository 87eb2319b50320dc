import ArgumentParser
import BackOps

/// Sends signals to operations.
struct SignalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signal",
        abstract: "Send a signal to operations: those that wait for it go on, others keep it until they do.",
        discussion: """
            signal 48213 approved by=ann amount:=42
            signal approved --operation Refund --key order-42 --dedup-key 7d1f
            signal price_changed --name Watch --where sku=A-1    all of these that are waiting, after a question
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Numbers of operations, the signal's name, then its payload: key=text or key:=json.",
            valueName: "id"
        ),
        completion: .operationIDs
    )
    var words: [String] = []

    @Option(help: ArgumentHelp("The operation's name, beside --key.", valueName: "name"))
    var operation: String?

    @Option(help: ArgumentHelp("The key that the operation was enqueued under.", valueName: "key"))
    var key: String?

    @Option(help: ArgumentHelp("The payload as one JSON document.", valueName: "json"))
    var payload: String?

    @Option(help: ArgumentHelp("Another signal of this name and key is a duplicate.", valueName: "key"))
    var dedupKey: String?

    @OptionGroup var steering: SteeringOptions

    func validate() throws {
        let call = try SignalCall(words, payload: payload)
        guard (operation == nil) == (key == nil) else {
            throw ValidationError("Give --operation and --key together.")
        }
        if steering.reason != nil {
            throw ValidationError("A signal has no reason. Put it into the payload: reason=…")
        }
        guard key != nil else { return try steering.check(call.ids, .signal) }
        guard call.ids.isEmpty, steering.selection.isEmpty, !steering.dryRun else {
            throw ValidationError(
                "Name one operation by --operation and --key, or others by numbers or a selection."
            )
        }
    }

    func run() async throws {
        let call = try SignalCall(words, payload: payload)
        let (name, payload, dedupKey) = (call.name, call.payload, dedupKey)
        if let operation, let key {
            return try await steering.options.withClient { client in
                let answer = try await client.signal(
                    operation: operation,
                    key: key,
                    name,
                    payload: payload,
                    dedupKey: dedupKey
                )
                try report(answer, of: "\(operation) \(key)")
            }
        }
        if call.ids.count == 1, let id = call.ids.first, !steering.dryRun {
            return try await steering.options.withClient { client in
                try report(
                    try await client.signal(id, name, payload: payload, dedupKey: dedupKey),
                    of: "#\(id)"
                )
            }
        }
        try await Steering(
            verb: .signal,
            ids: call.ids,
            steering: steering.preferring(.waiting),
            one: { client, id in
                let answer = try await client.signal(id, name, payload: payload, dedupKey: dedupKey)
                guard answer != .refused else { throw Self.refusal("#\(id)") }
                return id
            },
            many: { client, ids in
                let answers = try await client.signal(ids, name, payload: payload, dedupKey: dedupKey)
                return answers.filter { [.delivered, .kept].contains($0.value) }.keys.sorted()
            }
        ).run()
    }

    private func report(_ answer: SignalAnswer, of target: String) throws {
        if steering.output.json {
            StandardStream.output.writeLine((["answer": .string(answer.rawValue)] as JSONValue).description)
        } else if answer != .refused {
            StandardStream.output.writeLine("\(answer) \(Sanitised.line(target))")
        }
        guard answer != .refused else { throw Self.refusal(target) }
    }

    private static func refusal(_ target: String) -> Problem {
        Problem(
            .error,
            "\(Sanitised.line(target)) has ended: nothing was sent",
            advice: "retry or run-from lets it go on; then send it again."
        )
    }
}

/// Takes apart what `signal` is told: `48213 48214 approved by=ann`.
struct SignalCall {
    let ids: [Int64]
    let name: String
    let payload: JSONValue?

    init(_ words: [String], payload text: String?) throws {
        let numbers = words.prefix { (try? OperationID.parse($0)) != nil }
        guard let name = words.dropFirst(numbers.count).first, !name.contains("=") else {
            throw ValidationError("Name the signal: signal 48213 approved.")
        }
        do {
            ids = try numbers.map(OperationID.parse)
            self.name = name
            let assignments = try words.dropFirst(numbers.count + 1).map { word in try Assignment(word) }
            guard assignments.isEmpty || text == nil else {
                throw ArgumentError("Give the payload as key=text or with --payload, not both.")
            }
            if let text {
                payload = try JSONValue(parsing: text)
            } else {
                payload = assignments.isEmpty ? nil : .object(try Assignment.document(assignments))
            }
        } catch let error as ArgumentError {
            throw ValidationError(error.description)
        } catch let error as BackOpsError {
            throw ValidationError("The payload is not JSON: \(error.message)")
        }
    }
}
