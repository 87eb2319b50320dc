import ArgumentParser

/// How many keys of a limit, or of a rate, a command shows.
struct KeyOptions: ParsableArguments {
    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp("Show so many keys at most (default: 50, with --json all).", valueName: "number")
    )
    var most: Int?

    private static let screenful = 50

    func validate() throws {
        if let most, most < 1 { throw ValidationError("--limit must be 1 or more, not \(most).") }
    }

    /// Refuses a number where nobody has said whose keys, of which kind.
    func check(_ name: String?, _ kind: String) throws {
        if name == nil, most != nil {
            throw ValidationError("--limit is for the keys of one \(kind): name it.")
        }
    }

    func most(_ output: OutputOptions) -> Int {
        most ?? (output.json ? Int(Int32.max) : Self.screenful)
    }

    /// Says that there are more keys than are shown, where one more was found.
    func say(found: Int, _ output: OutputOptions) {
        let most = most(output)
        guard found > most else { return }
        StandardStream.error.say(
            "the first \(most) keys, and there are more: --limit shows them, --json gives all",
            output.messageStyle
        )
    }
}
