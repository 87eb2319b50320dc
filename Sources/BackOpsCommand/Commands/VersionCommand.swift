import ArgumentParser
import BackOps

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version of this program, and that of the schema it needs."
    )

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let document: JSONValue = [
            "version": .string(LibraryVersion.text),
            "schema_version": .integer(Int64(MigrationStep.newestVersion)),
        ]
        StandardStream.output.writeLine(json ? document.description : LibraryVersion.sentence(Program.name))
    }
}
