import ArgumentParser
import BackOps

/// Says why an operation does not move.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why operations are not running, and what to do.",
        discussion: """
            It may be due later, wait for another attempt, be in a queue that is paused or that nobody serves, run on a \
            worker right now, be unknown to every live worker, or have ended.
            """
    )

    @Argument(
        help: ArgumentHelp("Numbers of operations.", valueName: "id"),
        completion: .operationIDs,
        transform: OperationID.parse
    )
    var ids: [Int64]

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await options.withClient { client in
            var documents: [JSONValue] = []
            for id in ids {
                let (record, reasons) = (try await client.handle(id).record(), try await client.explain(id))
                guard !output.json else {
                    documents.append(.array(reasons.map(\.json)))
                    continue
                }
                StandardStream.output.writeLine(OperationLine(record).text(output.style))
                StandardStream.output.write(ExplanationText(reasons).text(output.style))
            }
            guard output.json else { return }
            // The reasons of one; of several an array of these.
            let document = documents.count == 1 ? documents[0] : JSONValue.array(documents)
            StandardStream.output.writeLine(document.description)
        }
    }
}
