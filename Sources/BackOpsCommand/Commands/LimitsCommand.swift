import ArgumentParser
import BackOps

/// Shows how many may run at once, and who waits.
struct LimitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits",
        abstract: "Show how many may run at once under every limit, and how many wait.",
        discussion: """
            limits           all limits
            limits stripe    one, and its keys

            Counting stops at a thousand keys, shown as 1000+, so that it takes no longer the more there are.
            """
    )

    @Argument(help: ArgumentHelp("Show the keys of this limit.", valueName: "name"), completion: .limitNames)
    var name: String?

    @OptionGroup var keys: KeyOptions
    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { try keys.check(name, "limit") }

    func run() async throws {
        if let name { return try await show(name) }
        let limits = try await options.withClient { try await $0.limits() }
        if output.json { return write(limits.map(\.json)) }
        guard !limits.isEmpty else {
            return StandardStream.error.writeLine("no limits: no plan has one, and nobody has set one")
        }
        StandardStream.output.write(LimitTable().text(limits, output.style))
    }

    private func show(_ name: String) async throws {
        let most = keys.most(output)
        let (limit, lines) = try await options.withClient { client in
            guard let limit = try await client.limit(name) else {
                throw Suggestion.unknownLimit(name, try await client.limits().map(\.name))
            }
            return (limit, try await client.limitLines(of: name, limit: most + 1))
        }
        if output.json { return write(lines.prefix(most).map(\.json)) }
        StandardStream.output.write(LimitTable().text([limit], output.style))
        if lines.contains(where: { $0.gate != $0.name }) {
            StandardStream.output.write("\n" + LimitTable().text(Array(lines.prefix(most)), output.style))
        }
        keys.say(found: lines.count, output)
    }

    private func write(_ rows: [JSONValue]) {
        StandardStream.output.writeLine(JSONValue.array(rows).description)
    }
}
