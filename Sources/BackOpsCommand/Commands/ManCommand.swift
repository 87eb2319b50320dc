import ArgumentParser
import BackOps

/// Prints the manual of this program.
struct ManCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "man",
        abstract: "Print the manual page, for `man -l`.",
        discussion: """
            man | man -l -
            man > /usr/local/share/man/man1/backops.1
            """
    )

    func run() async throws {
        guard let root = Program.root else { return }
        let page = ManPage(try JSONValue(parsing: root._dumpHelp()), version: LibraryVersion.text)
        StandardStream.output.write(page.text)
    }
}
