import ArgumentParser
import BackOps

/// Shows who works, and on what.
struct WorkersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers",
        abstract: "Show the workers, and with --jobs what each holds.",
        discussion: """
            A worker that is gone without a word stays for the rest of its lease, as "lost"; then the others take its \
            jobs over, and the line goes away.
            """
    )

    @Flag(help: "Show below each worker what it holds, the longest held first.")
    var jobs = false

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    private static let mostJobs = 1000

    func run() async throws {
        let (workers, held) = try await options.withClient { client in
            let workers = try await client.workers()
            return (
                workers, jobs ? try await client.heldJobs(limit: output.json ? .max : Self.mostJobs + 1) : []
            )
        }
        let shown = output.json ? held : Array(held.prefix(Self.mostJobs))
        let page = WorkerPage(workers: workers, jobs: jobs ? shown : nil)
        if output.json {
            StandardStream.output.writeLine(page.json.description)
        } else if workers.isEmpty {
            StandardStream.error.writeLine(
                "no workers; start one with the command `work` of your application"
            )
        } else {
            StandardStream.output.write(page.text(output.style))
            if held.count > shown.count {
                StandardStream.error.say(
                    "the \(shown.count) that are held longest; --json gives all",
                    output.messageStyle
                )
            }
        }
    }
}
