import ArgumentParser
import BackOps

/// Runs a part of an operation again.
struct RunFromCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-from",
        abstract: "Run operations again from an action on, even when they have completed.",
        discussion: """
            run-from 48213 main/SendEmailReceipt
            run-from main/SendEmailReceipt --state completed --since 1h    all of these, after a question
            """
    )

    @Argument(
        help: ArgumentHelp("Numbers of operations, then where to begin: branch[/action].", valueName: "id"),
        completion: .placesOfOperations
    )
    var words: [String]

    @OptionGroup var steering: SteeringOptions

    func validate() throws { try steering.check(SteeringWords.place(words).ids, .runFrom) }

    func run() async throws {
        let (ids, target) = try SteeringWords.place(words)
        let (branch, reason) = (BranchName(target.branch), steering.reason)
        try await Steering(
            verb: .runFrom,
            ids: ids,
            steering: steering,
            one: { client, id in
                try await client.run(id, from: branch, at: target.action, reason: reason)
                return id
            },
            many: { client, ids in
                try await client.run(ids, from: branch, at: target.action, reason: reason)
            }
        ).runShowingOne()
    }
}
