import ArgumentParser
import BackOps

/// Lets operations go on at another time.
struct RescheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reschedule",
        abstract: "Let the next action of operations, or its next attempt, start at another time.",
        discussion: """
            reschedule 48213 --to 2026-12-24T08:00:00Z
            reschedule --queue mail --to +1h    all of these that are active, after a question
            """
    )

    @Option(
        help: ArgumentHelp("The other time: 2026-12-24T08:00:00Z, +10m or now.", valueName: "time"),
        transform: { try $0 == "now" ? .now : TimeText.parse($0) }
    )
    var to: When

    @OptionGroup var targets: SteeringTargets

    func validate() throws { try targets.check(.reschedule) }

    func run() async throws {
        let (time, reason) = (to, targets.steering.reason)
        try await Steering(
            verb: .reschedule,
            ids: targets.ids,
            steering: targets.steering,
            one: { client, id in
                try await client.reschedule(id, to: time, reason: reason)
                return id
            },
            many: { client, ids in try await client.reschedule(ids, to: time, reason: reason) }
        ).runShowingOne()
    }
}
