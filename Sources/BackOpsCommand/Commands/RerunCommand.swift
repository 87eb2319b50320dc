import ArgumentParser
import BackOps

/// Enqueues operations once more.
struct RerunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rerun",
        abstract: "Enqueue operations once more, with their globals as they are now; print the new numbers.",
        discussion: """
            rerun 48213
            rerun --name Import --state completed --since 1d    all of these, after a question

            The old operations stay as they are. To repeat a part of one, see run-from.
            """
    )

    @OptionGroup var targets: SteeringTargets

    func validate() throws { try targets.check(.rerun) }

    func run() async throws {
        let reason = targets.steering.reason
        try await Steering(
            verb: .rerun,
            ids: targets.ids,
            steering: targets.steering,
            one: { client, id in try await client.rerun(id, reason: reason).id },
            many: { client, ids in try await client.rerun(ids, reason: reason) }
        ).run()
    }
}
