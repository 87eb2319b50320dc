import ArgumentParser

/// Which approval of which operation.
struct ApprovalPlace {
    /// An operation by its number, or by its name and key.
    enum Operation {
        case id(Int64)
        case key(operation: String, key: String)
    }

    let operation: Operation
    let name: String
    let number: Int64?
}

/// Names an operation by its key, where it is not named by its number.
struct ApprovalTarget: ParsableArguments {
    @Option(help: ArgumentHelp("The operation's name, beside --key.", valueName: "name"))
    var operation: String?

    @Option(help: ArgumentHelp("The key that the operation was enqueued under.", valueName: "key"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "The number of the approval that was shown: what was asked since is refused.",
            valueName: "number"
        )
    )
    var approval: Int64?

    /// Takes the approval from the words of a command, and returns the rest of them.
    func place(of words: [String]) throws -> (place: ApprovalPlace, rest: [String]) {
        guard (operation == nil) == (key == nil) else {
            throw ValidationError("Give --operation and --key together.")
        }
        let number = words.first.flatMap { try? OperationID.parse($0) }
        let names = words.dropFirst(number == nil || key != nil ? 0 : 1)
        guard let name = names.first else {
            throw ValidationError("Name an operation and its approval: 48213 refund.")
        }
        let rest = Array(names.dropFirst())
        if let operation, let key {
            return (place(.key(operation: operation, key: key), name), rest)
        }
        guard let number else {
            throw ValidationError("Name the operation by its number, or by --operation and --key.")
        }
        return (place(.id(number), name), rest)
    }

    private func place(_ operation: ApprovalPlace.Operation, _ name: String) -> ApprovalPlace {
        ApprovalPlace(operation: operation, name: name, number: approval)
    }
}
