import ArgumentParser
import BackOps

/// Enqueues one operation.
struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Enqueue an operation.",
        discussion: """
            enqueue Fulfilment subscription_id:=42 note=hello
            enqueue Fulfilment --globals '{"subscription_id": 42}' --key fulfil-42 --in 10m
            enqueue Cleanup --branches '{"main": ["Sweep", ["Report", {"perform_in": 3600}]]}' --wait
            """
    )

    @Argument(help: "The operation's name.", completion: .operationNames)
    var name: String

    @Argument(
        help: ArgumentHelp("Globals: key=text or key:=json.", valueName: "key=value"),
        transform: Assignment.init
    )
    var assignments: [Assignment] = []

    @OptionGroup var enqueueing: EnqueueOptions

    @Flag(help: "Wait until it has ended; exit with 4 when it failed, 5 when it was cancelled.")
    var wait = false

    @Option(
        help: ArgumentHelp("With --wait: give up after this time, and exit with 6.", valueName: "duration"),
        transform: DurationText.parse
    )
    var timeout: Duration?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try enqueueing.check()
        if timeout != nil, !wait { throw ValidationError("--timeout needs --wait.") }
    }

    func run() async throws {
        let request = try enqueueing.request(name, assignments)
        try await options.withClient { client in
            let handle = try await client.enqueue(request)
            guard wait else {
                let document: JSON = ["id": .integer(handle.id)]
                StandardStream.output.writeLine(output.json ? document.description : "#\(handle.id)")
                return
            }
            if !output.json { StandardStream.output.writeLine("#\(handle.id)") }
            let end = try await OperationWatch(handle, output.messageStyle).untilEnd(timeout: timeout)
            if output.json { StandardStream.output.writeLine(try end.json().description) }
            switch end.state {
            case .failed: throw Problem.silent(.operationFailed)
            case .cancelled: throw Problem.silent(.operationCancelled)
            case .active, .completed: return
            }
        }
    }
}
