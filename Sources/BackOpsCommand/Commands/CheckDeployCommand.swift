import ArgumentParser
import BackOps

/// Finds operations in flight that this program could not continue.
struct CheckDeployCommand<Application: BackOpsApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "check-deploy",
            abstract:
                "Look for operations in flight that this program could not continue; exit with 3 if there are any.",
            discussion: """
                Run it with the new binary before it takes the place of the old one. What it names would wait, untouched, \
                until a program comes that knows it: bring the definition back, give the new one `formerNames`, or let the \
                old workers finish.

                It reads jobs and plans: connect as the owner of the schema, or as its operator.

                check-deploy --ignore Billing    what another program of the same database runs
                """
        )
    }

    @Option(
        name: .customLong("queue"),
        help: ArgumentHelp(
            "Look at this queue only; repeat it for several (default: those that the worker serves).",
            valueName: "name"
        ),
        completion: .queueNames
    )
    var queues: [String] = []

    @Option(
        name: .customLong("ignore"),
        help: ArgumentHelp("Leave operations of this name to another program; repeat it.", valueName: "name"),
        completion: .operationNames
    )
    var ignored: [String] = []

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let application = try await Application()
        let served = queues.isEmpty ? application.configuration.queues : queues
        let found = try await options.withClient { client in
            try await client.deployObstacles(
                to: application.operations,
                actions: application.actions,
                queues: served
            )
        }
        try await options.withClient { client in
            guard !queues.isEmpty else { return }
            let known = try await client.queues().map(\.name)
            for queue in queues where !known.contains(queue) {
                let near = Spelling.nearest(to: queue, in: known).map { "; did you mean \($0)?" } ?? ""
                StandardStream.error.say(
                    "nothing waits in the queue \(queue), and no worker serves it\(near)",
                    output.messageStyle
                )
            }
        }
        let obstacles = found.filter { $0.operation.map { !ignored.contains($0) } ?? true }
        if output.json {
            StandardStream.output.writeLine(JSONValue.array(obstacles.map(\.json)).description)
        } else if obstacles.isEmpty {
            StandardStream.output.writeLine("this program can continue everything that is in flight")
        } else {
            StandardStream.output.write(DeployText(obstacles).text(output.style))
        }
        if !obstacles.isEmpty { throw Problem.silent(.checkFailed) }
    }
}
