import ArgumentParser
import BackOps

/// Shows what waits where.
struct QueuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues",
        abstract: "Show what waits in every queue, and which are paused.",
        discussion: """
            queues            all queues
            queues reports    one, and where it takes turns, the keys that wait in it

            Counting stops at some thousands, shown as 1000+, so that it takes no longer the more there is. Of a key it
            shows what has its turn: how many wait, and how many come before the first. There may be more that has none yet.
            """
    )

    @Argument(
        help: ArgumentHelp("Show this queue, and its keys.", valueName: "queue"),
        completion: .queueNames
    )
    var queue: String?

    @OptionGroup var keys: KeyOptions
    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { try keys.check(queue, "queue") }

    func run() async throws {
        if let queue { return try await show(queue) }
        let queues = try await options.withClient { try await $0.queues() }
        if output.json {
            write(queues.map(\.json))
        } else if queues.isEmpty {
            StandardStream.error.writeLine("no queues: nothing waits, and no worker is alive")
        } else {
            StandardStream.output.write(QueueTable(queues).text(output.style))
        }
    }

    private func show(_ name: String) async throws {
        let most = keys.most(output)
        let (record, fair, lines) = try await options.withClient { client in
            let queues = try await client.queues()
            let fair = try await client.fairQueues().first { $0.queue == name }
            let record = queues.first { $0.name == name }
            guard record != nil || fair != nil else {
                throw Suggestion.unknownQueue(name, queues.map(\.name))
            }
            return (record, fair, try await client.fairQueueLines(of: name, limit: most + 1))
        }
        if output.json { return write(lines.prefix(most).map(\.json)) }
        if let record { StandardStream.output.write(QueueTable([record]).text(output.style)) }
        guard let fair else { return }
        if record != nil { StandardStream.output.writeLine("") }
        StandardStream.output.writeLine(Sanitised.line(FairQueueTable.words(fair)))
        if !lines.isEmpty {
            let shown = Array(lines.prefix(most))
            StandardStream.output.write("\n" + FairQueueTable().text(shown, of: fair, output.style))
        }
        keys.say(found: lines.count, output)
    }

    private func write(_ rows: [JSONValue]) {
        StandardStream.output.writeLine(JSONValue.array(rows).description)
    }
}
