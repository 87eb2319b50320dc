/// Runs the turns of a worker's dispatcher: what comes in through the inbox, and what follows from it.
///
/// One task owns all of its state; actions, answers of the database, the heartbeat and signals reach it through the inbox.
struct DispatchLoop {
    private let inbox: WorkerInbox
    private let telemetry: WorkerTelemetry
    private var turns: DispatchTurns<WorkerShell>

    init(_ shell: WorkerShell) {
        inbox = shell.inbox
        telemetry = shell.telemetry
        let dispatcher = Dispatcher(
            shell.configuration,
            shell.launcher.registry,
            at: .now,
            jitter: JitterGenerator(seed: .random(in: .min ... .max))
        )
        turns = DispatchTurns(dispatcher, shell)
    }

    /// Runs until the worker is told to stop and has nothing left, or its lease ends.
    mutating func run() async -> Dispatcher.End {
        let end = await loop()
        await turns.shell.waitForRoundTrips()
        turns.leave(inbox.take())
        for ended in inbox.close() { telemetry.ended(ended.end, .cancelled) }
        return end
    }

    private mutating func loop() async -> Dispatcher.End {
        while true {
            turns.tell(inbox.take())
            switch turns.decide() {
            case .finish(let end): return end
            case .wait(let moment, let endings): await inbox.wait(until: moment, actions: endings)
            }
        }
    }
}
