import ArgumentParser
import BackOps

/// The operations that a steering command is about, when it is told their numbers, or all that match.
struct SteeringTargets: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Numbers of operations.", valueName: "id"),
        completion: .operationIDs,
        transform: OperationID.parse
    )
    var ids: [Int64] = []

    @OptionGroup var steering: SteeringOptions

    func check(_ verb: SteeringVerb) throws { try steering.check(ids, verb) }
}

/// How operations are chosen that a command changes, and what is said before it does.
struct SteeringOptions: ParsableArguments {
    @OptionGroup(title: "Selection") var selection: SelectionOptions

    @Flag(help: "Do it without asking.")
    var yes = false

    @Flag(name: [.customShort("n"), .long], help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    /// As it is, but with a status where a selection names no state.
    func preferring(_ status: OperationStatus) -> SteeringOptions {
        var options = self
        if options.selection.states.isEmpty { options.selection.states = [StateWord(status)] }
        return options
    }

    func check(_ ids: [Int64], _ verb: SteeringVerb) throws {
        if ids.isEmpty, selection.isEmpty {
            throw ValidationError(
                "Name operations by number, or select them with --name, --state, --where, --error, --queue, --tag, --since or --until."
            )
        }
        if !ids.isEmpty, !selection.isEmpty {
            throw ValidationError("Give numbers or a selection, not both.")
        }
        if let word = selection.states.first(where: { !verb.allows($0) }) {
            let list = verb.allowedWords.joined(separator: " or ")
            throw ValidationError(
                "That cannot be done to operations that are \(word.text), only to those that are \(list)."
            )
        }
    }
}

/// Takes apart what commands are told of several operations and of something else: `48213 48214 main/Ship`.
enum SteeringWords {
    /// The numbers in front of the last word, which is a place.
    static func place(_ words: [String]) throws -> (ids: [Int64], target: ActionPath) {
        try checked { () throws(ArgumentError) in
            var ids: [Int64] = []
            for word in words.dropLast() { ids.append(try OperationID.parse(word)) }
            return (ids, try ActionPath(words.last ?? ""))
        }
    }

    /// The numbers in front of assignments, none of which may be given twice.
    static func assignments(_ words: [String]) throws -> (ids: [Int64], values: [JSONValue.Key: JSONValue]) {
        try checked { () throws(ArgumentError) in
            var ids: [Int64] = []
            var assignments: [Assignment] = []
            for word in words {
                if word.contains("=") {
                    assignments.append(try Assignment(word))
                } else {
                    ids.append(try OperationID.parse(word))
                }
            }
            return (ids, try Assignment.document(assignments))
        }
    }

    /// The argument parser takes its own error only for wrong usage.
    private static func checked<R>(_ body: () throws(ArgumentError) -> R) throws -> R {
        do { return try body() } catch { throw ValidationError(error.description) }
    }
}
