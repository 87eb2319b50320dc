import ArgumentParser
import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Shows the slots of a cron expression.
struct SchedulesPreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show the slots of a cron expression, and what happens to them when clocks change.",
        discussion: "schedules preview \"30 2 * * *\" --time-zone Europe/Berlin --after 2027-03-26"
    )

    @Argument(help: ArgumentHelp("Five fields, or six with seconds.", valueName: "expression"))
    var cron: String

    @Option(help: ArgumentHelp("The time zone.", valueName: "zone"))
    var timeZone = "UTC"

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("Show so many: 1 to 1000.", valueName: "number")
    )
    var count = 10

    @Option(help: ArgumentHelp("Begin after this time.", valueName: "time"), transform: TimeText.parse)
    var after: When?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let slots = try await options.withClient {
            try await $0.previewSlots(cron, timeZone: timeZone, count: count, after: after?.date)
        }
        if output.json {
            let documents = slots.map { slot -> JSONValue in
                [
                    "slot": JSONValue(slot.slot), "local": .string(slot.localTime),
                    "shifted": .bool(slot.isShifted),
                ]
            }
            return StandardStream.output.writeLine(JSONValue.array(documents).description)
        }
        var table = Table(["UTC", "LOCAL", ""])
        table.rows = slots.map { slot in
            [
                Table.Cell(ISO8601.text(slot.slot)), Table.Cell(slot.localTime),
                Table.Cell(slot.isShifted ? "shifted by a clock change" : "", .yellow),
            ]
        }
        StandardStream.output.write(table.text(output.style))
        StandardStream.error.say(
            "a fixed time runs once when clocks change; with * as minute or hour it goes by elapsed time",
            output.messageStyle
        )
    }
}
