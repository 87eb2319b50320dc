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

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var targets: SteeringTargets

    func validate() throws { try targets.check(allowed: [.active]) }

    func run() async throws {
        try await targets.run(
            .cancel,
            one: { client, id in try await client.cancel(id, reason: reason) },
            all: { query in try await query.cancelAll(reason: reason) }
        )
    }
}
