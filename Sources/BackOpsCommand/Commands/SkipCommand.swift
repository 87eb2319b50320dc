import ArgumentParser
import BackOps

/// Leaves an action out.
struct SkipCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skip",
        abstract: "Leave the next, or failed, action of operations out and go on behind it.",
        discussion: """
            skip 48213
            skip --name Fulfilment --where region=eu    all of these that have failed, after a question
            """
    )

    @OptionGroup var targets: SteeringTargets

    func validate() throws { try targets.check(.skip) }

    func run() async throws {
        let reason = targets.steering.reason
        try await Steering(
            verb: .skip,
            ids: targets.ids,
            steering: targets.steering,
            one: { client, id in
                try await client.skip(id, reason: reason)
                return id
            },
            many: { client, ids in try await client.skip(ids, reason: reason) }
        ).runShowingOne()
    }
}
