import ArgumentParser
import BackOps

/// Shows what attempts logged.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show what the attempts of an operation logged, where workers store that.",
        discussion: """
            Workers store lines as their configuration says (attemptLogs), together with the outcome of the attempt. With \
            --follow it waits for more until the operation has ended, and --json prints one document a line.
            """
    )

    @Argument(help: "The operation's number.", completion: .operationIDs, transform: OperationID.parse)
    var id: Int64

    @Flag(name: .shortAndLong, help: "Wait for more lines until the operation has ended.")
    var follow = false

    @Option(
        help: ArgumentHelp("With --follow: look this often.", valueName: "duration"),
        transform: DurationText.parse
    )
    var interval: Duration = .milliseconds(500)

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    private static let page = 1000

    func validate() throws {
        if interval < .milliseconds(50) {
            throw ValidationError(
                "--interval must be 50ms or more: every look is a question to the database."
            )
        }
    }

    func run() async throws {
        let signals = await SignalRelay.trapping()
        let status = try await options.withClient { client in
            try await withThrowingTaskGroup(of: ProgramStatus.self) { group in
                group.addTask { try await show(client) }
                group.addTask {
                    guard await signals.next() != nil else { throw CancellationError() }
                    return .interrupted
                }
                defer { group.cancelAll() }
                return try await group.next() ?? .error
            }
        }
        if status != .done { throw Problem.silent(status) }
    }

    private func show(_ client: BackOpsClient) async throws -> ProgramStatus {
        var writer = LogWriter(output, isOpen: follow)
        var last: LoggedLine.Place?
        while true {
            // What was stored before it had ended is there when it has.
            let record = try await client.handle(id).record()
            while true {
                let lines = try await client.logs(of: id, after: last, limit: Self.page)
                writer.write(lines)
                last = lines.last?.place ?? last
                if lines.count < Self.page { break }
            }
            guard follow, record.state == .active else {
                writer.end()
                if last == nil { sayNothing(record) }
                return .done
            }
            try await Task.sleep(for: interval)
        }
    }

    private func sayNothing(_ record: OperationRecord) {
        let running =
            record.status == .running ? "; what runs right now stores its lines with its outcome" : ""
        StandardStream.error.say(
            "no attempt of #\(id) stored a line: workers do where their configuration says so (attemptLogs)\(running)",
            output.messageStyle
        )
    }
}
