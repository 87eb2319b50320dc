import ArgumentParser
import BackOps

/// Makes another action the next one.
struct JumpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jump",
        abstract: "Make another action the next one of operations that have not completed.",
        discussion: """
            jump 48213 main/SendEmailReceipt
            jump red_subscriptions --name Fulfilment --where region=eu    all of these that have failed, after a question

            What it passes over in that branch is skipped, and what had ended from there on runs again.
            """
    )

    @Argument(
        help: ArgumentHelp("Numbers of operations, then where to go on: branch[/action].", valueName: "id"),
        completion: .placesOfOperations
    )
    var words: [String]

    @OptionGroup var steering: SteeringOptions

    func validate() throws { try steering.check(SteeringWords.place(words).ids, .jump) }

    func run() async throws {
        let (ids, target) = try SteeringWords.place(words)
        let (branch, reason) = (BranchName(target.branch), steering.reason)
        try await Steering(
            verb: .jump,
            ids: ids,
            steering: steering,
            one: { client, id in
                try await client.jump(id, to: branch, at: target.action, reason: reason)
                return id
            },
            many: { client, ids in
                try await client.jump(ids, to: branch, at: target.action, reason: reason)
            }
        ).runShowingOne()
    }
}
