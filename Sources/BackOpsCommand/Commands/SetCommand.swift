import ArgumentParser
import BackOps

/// Changes globals from outside.
struct SetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set globals of operations, or remove them.",
        discussion: """
            set 48213 card_token=tok_renewed retries:=3 --remove note
            set mail_host=mx2.example.com --name Fulfilment --state failed    all of these, after a question

            An action that runs right now sees them from its next attempt on.
            """
    )

    @Argument(
        help: ArgumentHelp("Numbers of operations, then globals: key=text or key:=json.", valueName: "id"),
        completion: .globalsOfOperations
    )
    var words: [String] = []

    @Option(
        name: .customLong("remove"),
        help: ArgumentHelp("Remove this global; repeat it for several.", valueName: "key"),
        completion: .globalKeys
    )
    var removals: [String] = []

    @OptionGroup var steering: SteeringOptions

    func validate() throws {
        let (ids, values) = try SteeringWords.assignments(words)
        if values.isEmpty, removals.isEmpty {
            throw ValidationError("Say what to set: key=text or key:=json.")
        }
        try steering.check(ids, .set)
    }

    func run() async throws {
        let (ids, document) = try SteeringWords.assignments(words)
        let changes =
            document.sorted { $0.key < $1.key }.map {
                (GlobalKey<JSONValue>($0.key.text), JSONValue?.some($0.value))
            }
            + removals.map { (GlobalKey<JSONValue>($0), nil) }
        let reason = steering.reason
        try await Steering(
            verb: .set,
            ids: ids,
            steering: steering,
            one: { client, id in
                for (key, value) in changes {
                    try await client.setGlobal(key, to: value, of: id, reason: reason)
                }
                return id
            },
            many: { client, ids in
                var done = ids
                for (key, value) in changes {
                    done = try await client.setGlobal(key, to: value, of: done, reason: reason)
                }
                return done
            }
        ).runShowingOne()
    }
}
