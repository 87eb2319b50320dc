import ArgumentParser
import BackOps

struct MigrateStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Compare the database with this program; changes nothing."
    )

    @Flag(help: "Exit with 3 unless the database has exactly the steps, functions and views of this program.")
    var check = false

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let database = try options.resolved()
        try await waiting.untilReachable(database)
        let status = try await Migrator(database).status()
        if output.json {
            StandardStream.output.writeLine(Self.json(status).description)
        } else {
            StandardStream.output.write(Self.table(status).text(output.style))
            StandardStream.error.writeLine(Self.sentence(status))
        }
        if check, !status.isCurrent { throw Problem.silent(.checkFailed) }
    }

    private static func table(_ status: MigrationStatus) -> Table {
        var table = Table(["VERSION", "SUBJECT", "APPLIED"])
        for step in status.steps {
            let applied = step.appliedAt.map { ISO8601.text($0) } ?? "pending"
            table.rows.append([
                Table.Cell("\(step.version)"), Table.Cell(step.name),
                Table.Cell(
                    step.isModified ? "\(applied), with another text" : applied,
                    step.appliedAt == nil ? .yellow : nil
                ),
            ])
        }
        return table
    }

    private static func sentence(_ status: MigrationStatus) -> String {
        let place = "the schema \(status.schema) is at version \(status.version)"
        if status.isNewerThanLibrary {
            return
                "\(place), newer than this program, which knows \(MigrationStep.newestVersion): use a newer \(Program.name)"
        }
        if let obstacle = status.obstacle { return "\(obstacle.problem). \(obstacle.advice)" }
        return status.isCurrent
            ? "\(place), up to date" : "\(place), with functions and views of a newer release"
    }

    private static func engine(_ status: MigrationStatus) -> JSONValue {
        switch status.engine {
        case .missing: ["state": "missing"]
        case .current: ["state": "current", "release": .string(LibraryVersion.text)]
        case .other(let release): ["state": "other", "release": .string(release)]
        case .edited(let objects): ["state": "edited", "objects": .array(objects.map(JSONValue.string))]
        }
    }

    private static func json(_ status: MigrationStatus) -> JSONValue {
        [
            "schema": .string(status.schema),
            "version": .integer(Int64(status.version)),
            "newest_version": .integer(Int64(MigrationStep.newestVersion)),
            "current": .bool(status.isCurrent),
            "engine": engine(status),
            "steps": .array(
                status.steps.map { step in
                    [
                        "version": .integer(Int64(step.version)), "name": .string(step.name),
                        "applied_at": JSONValue(step.appliedAt), "modified": .bool(step.isModified),
                    ]
                }
            ),
        ]
    }
}
