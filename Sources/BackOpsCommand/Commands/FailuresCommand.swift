import ArgumentParser
import BackOps

/// Shows what failed in the same way.
struct FailuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failures",
        abstract: "Show what has failed, grouped by operation, action and kind of error.",
        discussion: """
            failures
            list --error 9f8a03c2d1e4     the operations of a group
            retry --error 9f8a03c2d1e4    all of them, after a question

            Numbers, quoted texts and hexadecimal ids in messages make no difference. An operation leaves its group when it \
            goes on.
            """
    )

    @Option(
        help: ArgumentHelp("Show so many groups at most (default: 50, with --json all).", valueName: "number")
    )
    var limit: Int?

    @Flag(help: "End with 3 if anything has failed.")
    var failIfAny = false

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    private static let screenful = 50

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more, not \(limit).") }
    }

    func run() async throws {
        let most = limit ?? (output.json ? .max : Self.screenful)
        let found = try await options.withClient { client in
            try await client.failures(limit: most == .max ? most : most + 1)
        }
        let groups = Array(found.prefix(most))
        if output.json {
            StandardStream.output.writeLine(JSONValue.array(groups.map(\.json)).description)
        } else if groups.isEmpty {
            StandardStream.error.writeLine("nothing has failed")
        } else {
            StandardStream.output.write(FailureTable(groups).text(output.style))
            let first = groups[0].fingerprint
            if found.count > most {
                StandardStream.error.say(
                    "the latest \(most), and there are more: --limit shows them, --json gives all",
                    output.messageStyle
                )
            }
            StandardStream.error.say(
                "retry a group: `\(Program.name) retry --error \(first)`",
                output.messageStyle
            )
        }
        if failIfAny, !groups.isEmpty { throw Problem.silent(.checkFailed) }
    }
}
