import ArgumentParser
import BackOps

/// Ends sleeps.
struct WakeUpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wake-up",
        abstract: "End the sleep that operations are at; actions that wait for their time start at once.",
        discussion: """
            wake-up 48213
            wake-up --name Trial --where customer_id=7    all of these that are waiting, after a question

            What waits for a signal goes on with that signal, or is left out with skip.
            """
    )

    @OptionGroup var targets: SteeringTargets

    func validate() throws { try targets.check(.wakeUp) }

    func run() async throws {
        let reason = targets.steering.reason
        try await Steering(
            verb: .wakeUp,
            ids: targets.ids,
            steering: targets.steering.preferring(.waiting),
            one: { client, id in
                try await client.wakeUp(id, reason: reason)
                return id
            },
            many: { client, ids in try await client.wakeUp(ids, reason: reason) }
        ).runShowingOne()
    }
}
