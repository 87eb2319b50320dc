import ArgumentParser
import BackOps

/// Makes the actions of a queue take turns by a key of their operations.
struct ShareQueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "share-queue",
        abstract: "Let a queue take turns by a global, so that nobody waits for all of somebody else.",
        discussion: """
            share-queue reports --by tenant
            share-queue reports --by tenant --weight acme=3 --weight free=0.5 --reason "they pay for it"
            share-queue reports --off       in the order in which they are due, as ever

            Weights replace those of before. What has its turn keeps it.
            """
    )

    @Argument(help: "The queue's name.", completion: .queueNames)
    var queue: String

    @Option(help: ArgumentHelp("The global whose values take turns.", valueName: "global"))
    var by: String?

    @Option(
        name: .customLong("weight"),
        help: ArgumentHelp(
            "Give a value so much beside the others: 0.01 to 100, 1 for those that are not named.",
            valueName: "value=number"
        ),
        transform: QueueWeight.parse
    )
    var weights: [QueueWeight] = []

    @Flag(help: "Let them take no turns any more.")
    var off = false

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (by != nil) != off else {
            throw ValidationError("Give --by or --off: share-queue reports --by tenant.")
        }
        if let by, !(1...200).contains(by.unicodeScalars.count) {
            throw ValidationError("--by is the name of a global, of 1 to 200 characters.")
        }
        if off, !weights.isEmpty { throw ValidationError("--weight is for --by.") }
        if weights.count > 1000 { throw ValidationError("1000 weights are the most, not \(weights.count).") }
        let twice = Dictionary(grouping: weights, by: \.key).first { $0.value.count > 1 }
        if let key = twice?.key { throw ValidationError("There are two weights of \"\(key)\".") }
    }

    func run() async throws {
        let (fair, queues) = try await options.withClient { client in
            let fair = try await client.setQueueFairness(
                queue,
                by: by,
                weights: Dictionary(uniqueKeysWithValues: weights.map { ($0.key, $0.number) }),
                reason: reason
            )
            return (fair, try await client.queues())
        }
        if !queues.use(fair.queue) { queues.sayUnused(fair.queue, output.messageStyle) }
        StandardStream.output.writeLine(
            output.json
                ? fair.json.description : Sanitised.line("\(fair.queue): \(FairQueueTable.words(fair))")
        )
    }
}

/// The weight of a key, as it is typed: `acme=3`.
struct QueueWeight: Sendable {
    let key: String
    let number: Double

    /// Reads a weight; the last "=" divides it, because keys may have some.
    static func parse(_ text: String) throws -> QueueWeight {
        guard let equals = text.lastIndex(of: "="), equals > text.startIndex else {
            throw ValidationError("\"\(text)\" is no weight: write VALUE=NUMBER, as in acme=3.")
        }
        let number = text[text.index(after: equals)...]
        guard let weight = Double(number), (0.01...100).contains(weight) else {
            throw ValidationError(
                "\"\(number)\" is no weight for \(text[..<equals]): weights are 0.01 to 100."
            )
        }
        return QueueWeight(key: String(text[..<equals]), number: weight)
    }
}
