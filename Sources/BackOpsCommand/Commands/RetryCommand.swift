import ArgumentParser
import BackOps

/// Lets operations go on that had stopped.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Let operations go on where they failed, with a fresh budget of attempts.",
        discussion: """
            retry 48213
            retry --name Fulfilment --where region=eu    all of these that have failed, after a question
            retry --error 9f8a03c2d1e4                   a group of `failures`

            For an operation that waits for its next attempt: now.
            """
    )

    @OptionGroup var targets: SteeringTargets

    func validate() throws { try targets.check(.retry) }

    func run() async throws {
        let reason = targets.steering.reason
        try await Steering(
            verb: .retry,
            ids: targets.ids,
            steering: targets.steering,
            one: { client, id in
                try await client.retry(id, reason: reason)
                return id
            },
            many: { client, ids in try await client.retry(ids, reason: reason) }
        ).run()
    }
}
