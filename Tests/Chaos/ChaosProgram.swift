import ArgumentParser
import BackOpsCommand
import Foundation

/// Attacks workers and their PostgreSQL, and checks that the guarantees held.
///
/// The attack runs in this process; the workers are processes of their own.
@main
struct ChaosProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos",
        abstract: "Attack workers and PostgreSQL for a while, and check that nothing was lost or done twice.",
        discussion: """
            Starts a private PostgreSQL and worker processes, keeps enqueuing, and injects faults at random moments: \
            kill -9, SIGSTOP, SIGTERM, terminated backends, restarts and crashes of the server, foreign locks and \
            snapshots. Then it heals, lets everything end, and compares the database with what was acknowledged and \
            with a ledger of what the actions did.

            Exit code 0: every guarantee held. 1: violations were found. 2: the run does not count, because a kind of \
            fault never happened, or no late write was refused. 3: the run could not be finished.
            """,
        subcommands: [WorkCommand.self]
    )

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Inject faults for so long: 60s, 10m.", valueName: "duration"),
        transform: DurationText.parse
    )
    var duration = Duration.seconds(60)

    @Option(help: ArgumentHelp("Worker processes.", valueName: "number"))
    var workers = 4

    @Option(help: ArgumentHelp("Actions that each worker runs at once.", valueName: "number"))
    var slots = 6

    @Option(
        help: ArgumentHelp(
            "The workers' lease, 1s or more; actions last up to twice as long.",
            valueName: "duration"
        ),
        transform: DurationText.parse
    )
    var lease = Duration.seconds(2)

    @Option(
        help: ArgumentHelp("Decides kinds and moments of the faults; random by default.", valueName: "number")
    )
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Kinds of faults: \(FaultKind.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "kinds"
        )
    )
    var faults = FaultKinds.all

    @Flag(help: "Print one JSON document.")
    var json = false

    @Flag(help: "Leave the database's folder, with the logs of server and workers, for inspection.")
    var keep = false

    func validate() throws {
        guard (1...64).contains(workers) else { throw ValidationError("workers must be 1 to 64.") }
        guard (1...100).contains(slots) else { throw ValidationError("slots must be 1 to 100.") }
        guard lease >= .seconds(1) else { throw ValidationError("The shortest lease is 1s.") }
        guard duration > .zero else { throw ValidationError("It must run for longer than nothing.") }
    }

    func run() async throws {
        let settings = RunSettings(
            duration: duration,
            workers: workers,
            slots: slots,
            lease: lease,
            seed: seed ?? .random(in: 0...999_999_999),
            faults: faults.kinds,
            keep: keep
        )
        let report: Report
        do {
            report = try await ChaosRun(settings).run()
        } catch {
            FileHandle.standardError.write(
                Data("the run could not be finished: \(String(reflecting: error))\n".utf8)
            )
            throw ExitCode(3)
        }
        print(json ? try report.json() : report.text)
        if report.outcome != .held { throw ExitCode(report.outcome.exitCode) }
    }
}
