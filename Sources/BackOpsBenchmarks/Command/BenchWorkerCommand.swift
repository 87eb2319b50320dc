package import ArgumentParser
import BackOps
import BackOpsCommand
import LibPQ
import Logging

/// Runs a worker for ``BenchCommand``, until its standard input ends.
package struct BenchWorkerCommand: AsyncParsableCommand {
    static let name = "bench-worker"

    package static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Run the worker of `bench`, until the input ends.",
        shouldDisplay: false
    )

    @Option var slots: Int?
    @Option var queues: Int?
    @Option var stopAfter: Int?
    @Flag var recordStarts = false
    @Flag var fails = false
    @Flag var limits = false
    @Flag var leavesVacuum = false

    package init() {}

    package func run() async throws {
        let relay = StopRelay()
        let bodies = BodyCounter(limit: stopAfter, recordsStarts: recordStarts) { relay.stop(.graceful) }
        var configuration = WorkerConfiguration()
        if let slots { configuration.concurrency = slots }
        configuration.vacuums = !leavesVacuum
        if let queues { configuration.queues = BenchDatabase.queues(queues) }
        var logger = Logger(label: "backops") { _ in LineLogHandler(format: .text) }
        // A line for each of very many failures would be all that it does.
        logger.logLevel = fails ? .critical : .warning
        let worker = try BackOpsWorker(.environment, configuration: configuration, logger: logger) {
            OneAction(bodies)
            Awaiting(bodies)
            Asking(bodies)
            ThreeActions(bodies)
            TwentyActions(bodies)
            TwoHundredActions(bodies)
            Noting(bodies)
            Flaky(bodies, fails: fails)
            Sleeper(bodies)
            if limits {
                ThreeExclusively(bodies)
                OneOfHundred(bodies)
                ThreePacedByKey(bodies)
                ThreePaced(bodies)
            }
        }
        let listens = DetachedThread.start(name: "input") {
            _ = StandardStream.input.readAll()
            relay.stop(.graceful)
        }
        guard listens else { throw Problem(.error, "the system has no thread left") }
        try await worker.run(relay)
        let report = WorkerReport(
            bodies: bodies.total,
            processorSeconds: ProcessorTime.seconds,
            megabytes: ProcessFiles.peakMegabytes,
            starts: Dictionary(bodies.startTimes.map { ($0.operation, $0.time) }) { first, _ in first }
        )
        StandardStream.output.writeLine(report.json.description)
    }
}
