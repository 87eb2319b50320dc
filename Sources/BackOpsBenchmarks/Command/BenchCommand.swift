package import ArgumentParser
import BackOps
import BackOpsCommand

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Measures how fast operations run.
package struct BenchCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast operations run on this machine.",
        discussion: """
            It runs on a private PostgreSQL whose commits are durable, or on --database, and always in databases of \
            its own with random names, which it drops. Every workload is run several times, and the median counts. A \
            run in which anything was left undone or done twice is not reported: the command ends with 1.

            Workers are processes of their own. Processor time is per action, of the workers and of all processes of \
            the server. Compare figures of one machine only, and of a release build.
            """
    )

    @Option(
        name: .customLong("workload"),
        parsing: .upToNextOption,
        help: ArgumentHelp("Run these workloads (default: all, see --list).", valueName: "name")
    )
    var names: [String] = []

    @Flag(help: "Show the workloads, and run none.")
    var list = false

    @Option(help: ArgumentHelp("Multiply the sizes by this: 0.0001 to 100.", valueName: "factor"))
    var scale = 1.0

    @Option(help: ArgumentHelp("Run everything so many times: 1 to 100.", valueName: "number"))
    var runs = 3

    @Option(
        help: ArgumentHelp(
            "Let workers run so many actions at once: 1 to 10,000 (default: the library's).",
            valueName: "number"
        )
    )
    var slots: Int?

    @Flag(
        inversion: .prefixedNo,
        help: "Let workers vacuum the table of jobs, as they do by default."
    )
    var vacuum = true

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Measure this server instead of a private one; the role must be allowed to create databases.",
            valueName: "conninfo"
        )
    )
    var database: String?

    @Option(
        help: ArgumentHelp("Show ratios to the results in this file, written by --json.", valueName: "file")
    )
    var compare: String?

    @OptionGroup(title: "Output") var output: OutputOptions

    package init() {}

    package func validate() throws {
        guard (0.0001...100).contains(scale) else { throw ValidationError("--scale is 0.0001 to 100.") }
        guard (1...100).contains(runs) else { throw ValidationError("--runs is 1 to 100.") }
        if let slots, !(1...10_000).contains(slots) { throw ValidationError("--slots is 1 to 10,000.") }
        for name in names where !Workloads.all.contains(where: { $0.name == name }) {
            let known = Workloads.all.map(\.name).joined(separator: ", ")
            throw ValidationError("There is no workload \"\(name)\": there are \(known).")
        }
    }

    package func run() async throws {
        guard !list else { return showList() }
        let earlier = try compare.map(Self.read)
        let signals = await SignalRelay.trapping()
        let report = try await withThrowingTaskGroup(of: BenchReport?.self) { group in
            group.addTask {
                _ = await signals.next()
                return nil
            }
            group.addTask { try await measure() }
            let first = try await group.next().flatMap { $0 }
            group.cancelAll()
            // After a signal the databases are dropped before the program ends.
            try? await group.waitForAll()
            guard let first else { throw Problem.silent(.interrupted) }
            return first
        }
        report.write(output, comparedWith: earlier)
    }

    private func measure() async throws -> BenchReport {
        let progress = Progress()
        if BenchServer.buildMode != "release" {
            progress.note(
                "This is a debug build: its figures say nothing. Build with `swift build -c release`."
            )
        }
        let workloads = Workloads.all.filter { names.isEmpty || names.contains($0.name) }
        return try await BenchServer.lend(database) { server in
            var options = Laboratory.Options()
            options.scale = scale
            options.slots = slots
            options.vacuums = vacuum
            options.runs = runs
            let laboratory = Laboratory(server: server, options: options, progress: progress)
            let figures: [[Figure]]
            do {
                figures = try await measure(workloads, in: laboratory)
            } catch {
                progress.clear()
                // The first error says more than one that follows from it.
                try? await laboratory.clear()
                throw error
            }
            try await laboratory.clear()
            progress.clear()
            var settings = server.settings
            settings["slots"] = "\(slots ?? WorkerConfiguration().concurrency)"
            settings["scale"] = "\(scale)"
            settings["workers_vacuum"] = vacuum ? "on" : "off"
            return BenchReport(results: BenchResult.summing(figures), settings: settings)
        }
    }

    /// Runs everything once, then everything again: what is compared is measured close to each other.
    private func measure(_ workloads: [any Workload], in laboratory: Laboratory) async throws -> [[Figure]] {
        var runs: [[Figure]] = []
        for number in 1...self.runs {
            var figures: [Figure] = []
            for workload in workloads {
                laboratory.progress.say("run \(number) of \(self.runs): \(workload.name)")
                let measured = try await workload.run(in: laboratory)
                for figure in measured { laboratory.progress.note(BenchReport.line(figure)) }
                figures += measured
            }
            runs.append(figures)
        }
        return runs
    }

    private func showList() {
        var table = Table(["WORKLOAD", "WHAT"])
        table.shrinkable = [1]
        table.rows = Workloads.all.map { [Table.Cell($0.name, .bold), Table.Cell($0.summary)] }
        StandardStream.output.write(table.text(output.style))
    }

    private static func read(_ file: String) throws -> Comparison {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Problem(.usage, "\(file) cannot be read")
        }
        return try Comparison(parsing: String(decoding: data, as: UTF8.self), file: file)
    }
}
