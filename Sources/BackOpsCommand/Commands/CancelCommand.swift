import ArgumentParser
import BackOps

/// Ends operations.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End operations; an action that runs right now is told to stop.",
        discussion: """
            cancel 48213 --reason "wrong customer"
            cancel --name Import --since 1h    all of these that are active, after a question
            """
    )

    @OptionGroup var targets: SteeringTargets

    func validate() throws { try targets.check(.cancel) }

    func run() async throws {
        let reason = targets.steering.reason
        try await Steering(
            verb: .cancel,
            ids: targets.ids,
            steering: targets.steering,
            one: { client, id in
                try await client.cancel(id, reason: reason)
                return id
            },
            many: { client, ids in try await client.cancel(ids, reason: reason) }
        ).run()
    }
}
