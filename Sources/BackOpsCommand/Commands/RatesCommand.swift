import ArgumentParser
import BackOps

/// Shows how many may start in a time, and who waits.
struct RatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rates",
        abstract: "Show how many may start in which time under every rate, and how many wait.",
        discussion: """
            rates           all rates
            rates stripe    one, and its keys that were used lately

            Counting stops at a thousand keys, shown as 1000+, so that it takes no longer the more there are.
            """
    )

    @Argument(help: ArgumentHelp("Show the keys of this rate.", valueName: "name"), completion: .rateNames)
    var name: String?

    @OptionGroup var keys: KeyOptions
    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { try keys.check(name, "rate") }

    func run() async throws {
        if let name { return try await show(name) }
        let rates = try await options.withClient { try await $0.rates() }
        if output.json { return write(rates.map(\.json)) }
        guard !rates.isEmpty else {
            return StandardStream.error.writeLine("no rates: no plan has one, and nobody has set one")
        }
        StandardStream.output.write(RateTable().text(rates, output.style))
    }

    private func show(_ name: String) async throws {
        let most = keys.most(output)
        let (rate, lines) = try await options.withClient { client in
            guard let rate = try await client.rate(name) else {
                throw Suggestion.unknownRate(name, try await client.rates().map(\.name))
            }
            return (rate, try await client.rateLines(of: name, limit: most + 1))
        }
        if output.json { return write(lines.prefix(most).map(\.json)) }
        StandardStream.output.write(RateTable().text([rate], output.style))
        if !lines.isEmpty {
            StandardStream.output.write("\n" + RateTable().text(Array(lines.prefix(most)), output.style))
        }
        keys.say(found: lines.count, output)
    }

    private func write(_ rows: [JSONValue]) {
        StandardStream.output.writeLine(JSONValue.array(rows).description)
    }
}
