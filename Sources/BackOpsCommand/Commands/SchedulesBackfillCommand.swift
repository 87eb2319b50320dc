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

            It is an operation of its own: `show` says how far it is, and when it is cancelled, no further slot is started.
            """
    )

    @Argument(help: "The schedule's name.", completion: .scheduleNames)
    var name: String

    @Option(
        help: ArgumentHelp("The first time that counts.", valueName: "time"),
        transform: TimeText.parse
    )
    var from: When

    @Option(
        help: ArgumentHelp("The last time that counts (now).", valueName: "time"),
        transform: TimeText.parse
    )
    var to: When?

    @Option(
        help: ArgumentHelp("Let so many of its operations be active at once: 1 to 100.", valueName: "number")
    )
    var concurrency = 1

    @Option(
        help: ArgumentHelp("Start with the oldest or the newest slot.", valueName: "order"),
        completion: .list(BackfillOrder.allCases.map(\.rawValue)),
        transform: Self.order
    )
    var order = BackfillOrder.oldest

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
        // The database's clock decides what has passed: now is left behind by the time a call takes, and a little more.
        let end = to?.date ?? Date(timeIntervalSinceNow: -1)
        let start = from.date ?? end
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
                "slots": JSONValue(preview.slots), "run_already": JSONValue(preview.runAlready),
                "first_slot": JSONValue(preview.firstSlot), "last_slot": JSONValue(preview.lastSlot),
            ]
            return StandardStream.output.writeLine(document.description)
        }
        var text = id.map { "#\($0): " } ?? "would run "
        text += "\(preview.slots) slot\(preview.slots == 1 ? "" : "s") of \(name)"
        if let first = preview.firstSlot, let last = preview.lastSlot {
            text += ", \(ISO8601.text(first)) to \(ISO8601.text(last))"
        }
        if preview.runAlready > 0 { text += "; \(preview.runAlready) of them have an operation already" }
        StandardStream.output.writeLine(text)
    }
}
