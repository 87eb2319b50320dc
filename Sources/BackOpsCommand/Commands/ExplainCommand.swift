import ArgumentParser
import BackOps

/// Says why an operation does not move.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why an operation is not running, and what to do.",
        discussion: """
            It may be due later, wait for another attempt, be in a queue that is paused or that nobody serves, run on a \
            worker right now, be unknown to every live worker, or have ended.
            """
    )

    @Argument(help: "The operation's number.", completion: .operationIDs, transform: OperationID.parse)
    var id: Int64

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (record, reasons) = try await options.withClient { client in
            (try await client.handle(id).record(), try await client.explain(id))
        }
        if output.json {
            StandardStream.output.writeLine(JSON.array(reasons.map(\.json)).description)
        } else {
            StandardStream.output.writeLine(OperationLine(record).text(output.style))
            StandardStream.output.write(ExplanationText(reasons).text(output.style))
        }
    }
}
