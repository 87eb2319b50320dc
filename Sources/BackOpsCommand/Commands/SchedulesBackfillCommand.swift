import ArgumentParser
import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Runs slots of a schedule that nobody ran.
struct SchedulesBackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Run the slots of a schedule between two times that have no operation yet.",
        discussion: """
            schedules backfill nightly-report --from 2027-01-01 --to 2027-02-01 --dry-run
            schedules backfill nightly-report --from 2027-01-01 --to 2027-02-01 --concurrency 4

            It is an operation of its own: `show` says how far it is, and `cancel` ends it.
            """
    )

    @Argument(help: "The schedule's name.", completion: .scheduleNames)
    var name: String

    @Option(
        help: ArgumentHelp(
            "Start of the time span, inclusive; UTC unless it has an offset.",
            valueName: "time"
        ),
        transform: TimeText.parse
    )
    var from: When

    @Option(
        help: ArgumentHelp("End of the time span, inclusive (now).", valueName: "time"),
        transform: TimeText.parse
    )
    var to: When?

    @Option(
        help: ArgumentHelp("The most of its operations active at once: 1 to 100.", valueName: "number")
    )
    var concurrency = 1

    @Option(
        help: ArgumentHelp("Start with the oldest or the newest slot.", valueName: "order"),
        completion: .list(BackfillOrder.allCases.map(\.rawValue)),
        transform: Self.order
    )
    var order = BackfillOrder.oldestFirst

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @Flag(help: "Say how many slots there are, and run none.")
    var dryRun = false

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    private static func order(_ word: String) throws -> BackfillOrder {
        guard let order = BackfillOrder(rawValue: word) else {
            throw ValidationError("--order must be oldest or newest, not \"\(word)\".")
        }
        return order
    }

    func validate() throws {
        if !(1...100).contains(concurrency) {
            throw ValidationError("--concurrency must be 1 to 100, not \(concurrency).")
        }
    }

    func run() async throws {
        // Without an end it is the database's now, which no other clock is compared with.
        let end = to?.date
        let start = from.date ?? .now
        let (preview, id) = try await options.withClient { client in
            let preview = try await client.previewBackfill(name, from: start, to: end)
            guard !dryRun else { return (preview, nil as Int64?) }
            let handle = try await client.backfill(
                name,
                from: start,
                to: end,
                concurrency: concurrency,
                order: order,
                reason: reason
            )
            return (preview, handle.id)
        }
        if output.json {
            let document: JSONValue = [
                "schedule": .string(name), "id": JSONValue(id.map { Int($0) }),
                "slots": JSONValue(preview.slots), "already_run": JSONValue(preview.alreadyRun),
                "first_slot": JSONValue(preview.firstSlot), "last_slot": JSONValue(preview.lastSlot),
            ]
            return StandardStream.output.writeLine(document.description)
        }
        var text = id.map { "#\($0): " } ?? "would run "
        let count = preview.slots - preview.alreadyRun
        text += "\(count) slot\(count == 1 ? "" : "s") of \(name)"
        if let first = preview.firstSlot, let last = preview.lastSlot {
            text += ", \(ISO8601.text(first)) to \(ISO8601.text(last))"
        }
        if preview.alreadyRun > 0 { text += "; \(preview.alreadyRun) more have an operation already" }
        StandardStream.output.writeLine(text)
    }
}
