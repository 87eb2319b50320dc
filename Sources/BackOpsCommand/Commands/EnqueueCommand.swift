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

            enqueue Reindex shop:=7 --key shop-7 --mode 'debounce 5 s at most 1 min'

            Where an operation of this name has the key already, nothing is enqueued: it prints that one's number, says so, \
            and ends with 3 if the globals that were given are not the ones that it has now. \
            --mode says what else to do: unless_active, replace_waiting, cancel_and_replace, throttle TIME, or debounce TIME [at most TIME] \
            with last, merge or append.
            """
    )

    @Argument(help: "The operation's name.", completion: .operationNames)
    var name: String

    @Argument(
        help: ArgumentHelp("Globals: key=text or key:=json.", valueName: "key=value"),
        completion: .globals,
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
            let enqueued = try await client.enqueueKeyed(request)
            let handle = enqueued.handle
            let report = try await EnqueueReport(enqueued, request, client)
            if !output.json { StandardStream.output.writeLine("#\(handle.id)") }
            report.say(output.messageStyle)
            guard wait else {
                if output.json {
                    StandardStream.output.writeLine(JSONValue.object(report.members).description)
                }
                if report.hasOtherGlobals { throw Problem.silent(.checkFailed) }
                return
            }
            let end = try await OperationWatch(handle, output.messageStyle).untilEnd(timeout: timeout)
            if output.json {
                let document = try end.json().objectValue ?? [:]
                let members = report.members.filter { document[$0.key] == nil }
                StandardStream.output.writeLine(
                    JSONValue.object(document.merging(members) { $1 }).description
                )
            }
            switch end.state {
            case .failed: throw Problem.silent(.operationFailed)
            case .cancelled: throw Problem.silent(.operationCancelled)
            default: if report.hasOtherGlobals { throw Problem.silent(.checkFailed) }
            }
        }
    }
}
