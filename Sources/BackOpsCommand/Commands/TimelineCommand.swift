import ArgumentParser
import BackOps

/// Shows what happened when.
struct TimelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline",
        abstract: "Show every attempt of an operation in the order of time, whatever its outcome."
    )

    @Argument(help: "The operation's number.", completion: .operationIDs, transform: OperationID.parse)
    var id: Int64

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (record, entries) = try await options.withClient { client in
            (try await client.handle(id).record(), try await client.timeline(of: id))
        }
        if output.json {
            StandardStream.output.writeLine(JSONValue.array(entries.map(\.json)).description)
        } else if entries.isEmpty {
            StandardStream.error.say(
                "nothing of #\(id) has run yet: it is \(record.status)",
                output.messageStyle
            )
        } else {
            StandardStream.output.write(TimelineTable(entries).text(output.style))
        }
    }
}
