import BackOps
import Foundation
import Testing

@testable import BackOpsBenchmarks

@Suite struct `Measuring processes` {
    @Test func `reads the fields behind a name that looks like fields`() throws {
        let line = "42 (a) 1 (b c) S 7 42 42 0 -1 4194560 100 0 0 0 250 50 30 20 20 0 1 0 100 1000 10"
        let status = try #require(ProcessFiles.status(parsing: line))
        let ticks = ProcessorTime.ticksPerSecond
        #expect(status.parent == 7)
        #expect(status.used == 300 / ticks)
        #expect(status.usedByChildren == 50 / ticks)
        #expect(ProcessFiles.status(parsing: "42 (a) S 7") == nil)
    }

    #if os(Linux)
    @Test func `finds this process, and its peak of memory`() throws {
        let own = ProcessInfo.processInfo.processIdentifier
        #expect(ProcessFiles.all.contains(own))
        #expect(try #require(ProcessFiles.status(of: own)).parent > 0)
        #expect(try #require(ProcessFiles.peakMegabytes) > 1)
    }

    @Test func `forgets the peak of memory on request`() throws {
        _ = [UInt8](repeating: 1, count: 300_000_000).last
        let before = try #require(ProcessFiles.peakMegabytes)
        #expect(before > 280)
        ProcessFiles.forgetPeak()
        #expect(try #require(ProcessFiles.peakMegabytes) < before)
    }
    #endif

    @Test func `counts bodies, and says when the limit is reached`() async {
        await confirmation { reached in
            let counter = BodyCounter(limit: 3, recordsStarts: true) { reached() }
            for id in 1...5 { counter.count(Int64(id)) }
            #expect(counter.total == 5)
            #expect(counter.startTimes.map(\.operation) == [1, 2, 3, 4, 5])
        }
    }

    @Test func `tells a worker process what it is to do differently`() {
        var options = WorkerProcess.Options()
        #expect(options.arguments == ["bench-worker"])
        options.slots = 5
        options.queues = 3
        options.stopAfter = 7
        options.recordsStarts = true
        options.fails = true
        options.vacuums = false
        #expect(
            options.arguments == [
                "bench-worker", "--slots", "5", "--queues", "3", "--stop-after", "7", "--record-starts",
                "--fails",
                "--leaves-vacuum",
            ]
        )
        #expect(BenchDatabase.queues(3) == ["q0", "q1", "q2"])
    }

    @Test func `keeps what a worker process says of itself`() throws {
        let report = WorkerReport(bodies: 3, processorSeconds: 0.25, megabytes: nil, starts: [7: 1234.5678])
        #expect(WorkerReport(parsing: report.json.description + "\n") == report)
        #expect(WorkerReport(parsing: "worker started") == nil)
    }

    @Test func `reads the rate that pgbench prints`() {
        let output = """
            transaction type: -
            latency average = 0.229 ms
            tps = 4360.123456 (without initial connection time)
            """
        #expect(Pgbench.rate(in: output) == 4360.123456)
        #expect(Pgbench.rate(in: "pgbench: error") == nil)
    }
}
