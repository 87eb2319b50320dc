import ArgumentParser
import BackOps

/// Sets how many of a queue may run at once.
struct LimitQueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit-queue",
        abstract: "Set how many actions of a queue may run at once, all workers together; what runs goes on.",
        discussion: """
            limit-queue reports 4 --reason "they are heavy"
            limit-queue reports 0       nothing starts
            limit-queue reports none    no limit
            """
    )

    @Argument(help: "The queue's name.", completion: .queueNames)
    var queue: String

    @Argument(
        help: ArgumentHelp("How many: 0 to 1000000, or none.", valueName: "number"),
        transform: LimitNumber.parse
    )
    var number: LimitNumber

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let maximum: Int? = if case .count(let count) = number { count } else { nil }
        let (limit, queues) = try await options.withClient { client in
            (try await client.setQueueLimit(queue, to: maximum, reason: reason), try await client.queues())
        }
        if !queues.use(limit.queue) { queues.sayUnused(limit.queue, output.messageStyle) }
        StandardStream.output.writeLine(
            output.json
                ? limit.json.description : "\(Sanitised.line(limit.queue)): \(QueueTable.words(limit))"
        )
    }
}
