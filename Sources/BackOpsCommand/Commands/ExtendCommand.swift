import ArgumentParser
import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Gives an approval more time.
struct ExtendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend",
        abstract: "Move the deadline of what an operation asks for.",
        discussion: """
            extend 48213 refund --until +2d --reason "ann is ill"
            extend refund --operation Refund --key order-42 --until 2026-12-24T08:00:00Z

            Who may decide may do so, and so may operators.
            """
    )

    @Argument(
        help: ArgumentHelp("The number of an operation, then the name of the approval.", valueName: "id"),
        completion: .operationIDs
    )
    var words: [String] = []

    @Option(
        help: ArgumentHelp("The new deadline: 2026-12-24T08:00:00Z or +2d.", valueName: "time"),
        transform: { try TimeText.parse($0) }
    )
    var until: When

    @OptionGroup var target: ApprovalTarget

    @Option(help: ArgumentHelp("Why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @Option(
        name: .customLong("by"),
        help: ArgumentHelp("Who does it (default: the role that is logged in).", valueName: "name")
    )
    var member: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    private func call() throws -> ApprovalPlace {
        let (place, rest) = try target.place(of: words)
        guard rest.isEmpty else {
            throw ValidationError("Name one approval: extend 48213 refund --until +2d.")
        }
        return place
    }

    func validate() throws { _ = try call() }

    func run() async throws {
        let place = try call()
        let record = try await options.withClient { client in
            switch place.operation {
            case .id(let id):
                try await client.extend(
                    id,
                    place.name,
                    until: until,
                    reason: reason,
                    extendedBy: member,
                    approval: place.number
                )
            case .key(let operation, let key):
                try await client.extend(
                    operation: operation,
                    key: key,
                    place.name,
                    until: until,
                    reason: reason,
                    extendedBy: member,
                    approval: place.number
                )
            }
        }
        guard !output.json else { return StandardStream.output.writeLine(record.json.description) }
        let deadline = record.deadline.map { Ago.sentence($0, now: Date()) } ?? ""
        StandardStream.output.writeLine(
            "#\(record.operationID) \(Sanitised.line(record.name)) can be decided until \(deadline)"
        )
    }
}
