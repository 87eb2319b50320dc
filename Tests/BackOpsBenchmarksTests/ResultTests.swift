import BackOps
import BackOpsCommand
import Testing

@testable import BackOpsBenchmarks

private func figure(
    _ workload: String,
    variant: String? = nil,
    _ value: Double,
    _ unit: Figure.Unit = .actionsPerSecond
) -> Figure {
    Figure(workload: workload, variant: variant, value: value, unit: unit, count: 100, seconds: 1)
}

private func result(_ workload: String, variant: String? = nil, _ runs: [Double]) -> BenchResult {
    BenchResult(figure: figure(workload, variant: variant, runs.median ?? 0), runs: runs)
}

@Suite struct `A result of the benchmark` {
    @Test func `is the run in the middle, of an even number the lower one`() {
        let runs = [[figure("drain", 30)], [figure("drain", 10)], [figure("drain", 20)]]
        let results = BenchResult.summing(runs)
        #expect(results.map(\.figure.value) == [20])
        #expect(results.map(\.runs) == [[30, 10, 20]])
        #expect(BenchResult.summing([[figure("drain", 2)], [figure("drain", 1)]]).map(\.figure.value) == [1])
    }

    @Test func `keeps the figures of a workload apart, in their order`() {
        let run = [
            figure("enqueue", variant: "single", 1), figure("enqueue", variant: "bulk", 2),
            figure("drain", 3),
        ]
        #expect(
            BenchResult.summing([run, run]).map(\.figure.title) == [
                "enqueue, single", "enqueue, bulk", "drain",
            ]
        )
    }

    @Test func `survives being written as JSON and read again`() throws {
        var figure = figure("snapshot", variant: "x", 12_345.678, .actionsPerSecond)
        figure.workerMicroseconds = 20.5
        figure.megabytes = 31.25
        figure.details = ["fifths": [1.5, 2, 3]]
        let result = BenchResult(figure: figure, runs: [12_345.678, 1, 2])
        let text = result.json(settings: ["fsync": "on"]).description
        let read = try #require(BenchResult(try JSONValue(parsing: text)))
        #expect(read == result)
        #expect(try JSONValue(parsing: text)["postgres_cpu_us_per_action"] == .null)
    }

    @Test func `has percentiles that were measured`() {
        let values = (1...200).map(Double.init).shuffled()
        #expect(values.percentile(0.5) == 100)
        #expect(values.percentile(0.99) == 198)
        #expect([7.0].percentile(0.99) == 7)
        #expect([Double]().percentile(0.5) == nil)
    }
}

@Suite struct `The targets` {
    @Test func `are left out where a workload did not run`() {
        #expect(Target.outcomes([]) == [])
        #expect(Target.outcomes([result("workflow", [100])]) == [])
    }

    @Test func `are ratios of values of the same run`() {
        // Each run has the ratio 0.5, though the medians are those of different runs.
        let outcomes = Target.outcomes([
            result("workflow", [100, 300, 200]), result("backlog", [50, 150, 100]),
        ])
        #expect(outcomes.map(\.measure) == ["backlog ÷ workflow"])
        #expect(outcomes.map(\.value) == [0.5])
        #expect(outcomes.map(\.isMet) == [false])
    }

    @Test func `hold a workflow against the best batch of the ceiling`() {
        let outcomes = Target.outcomes([
            result("workflow", [60]), result("ceiling", variant: "batches of 100", [80]),
            result("ceiling", variant: "batches of 200", [100]),
        ])
        #expect(outcomes.map(\.value) == [0.6])
        #expect(outcomes.map(\.isMet) == [true])
    }

    @Test func `know rates from times`() {
        let fast = BenchResult(figure: figure("latency", variant: "p50", 1.9, .milliseconds), runs: [1.9])
        let slow = BenchResult(figure: figure("latency", variant: "p99", 5.1, .milliseconds), runs: [5.1])
        #expect(Target.outcomes([fast, slow]).map(\.isMet) == [true, false])
    }

    @Test func `look at how far a table grew`() {
        var jobs = figure("churn", variant: "jobs at its largest", 33, .megabytes)
        jobs.details = ["start": 3, "growth": 11]
        let outcomes = Target.outcomes([BenchResult(figure: jobs, runs: [33])])
        #expect(outcomes.map(\.value) == [11])
        #expect(outcomes.map(\.isMet) == [false])
    }

    @Test func `look at the processor time of worker and server`() {
        var workflow = figure("workflow", 100)
        workflow.workerMicroseconds = 30
        workflow.serverMicroseconds = 20
        workflow.megabytes = 64
        let outcomes = Target.outcomes([BenchResult(figure: workflow, runs: [100])])
        #expect(outcomes.map(\.value) == [1.5, 64])
        #expect(outcomes.map(\.isMet) == [false, true])
    }

    @Test func `look at the first and the last fifth of a run with a snapshot`() {
        var snapshot = figure("snapshot", 100)
        snapshot.details = ["fifths": [200, 1, 1, 1, 150]]
        #expect(Target.outcomes([BenchResult(figure: snapshot, runs: [100])]).map(\.value) == [0.75])
        #expect(SnapshotWorkload.rates([1, 3, 3.5], each: 10) == [10, 5, 20])
    }
}

@Suite struct `A comparison with an earlier run` {
    private func report(_ results: [BenchResult], _ settings: [String: String]) -> BenchReport {
        BenchReport(results: results, settings: settings)
    }

    @Test func `reads what --json wrote, targets among it`() throws {
        let results = [result("workflow", [100]), result("backlog", [50])]
        let text = report(results, ["fsync": "on"]).lines(nil)
        #expect(text.contains(#""target":"#))
        let earlier = try Comparison(parsing: text, file: "x")
        #expect(earlier.results == results)
        #expect(earlier.settings == ["fsync": "on"])
    }

    @Test func `gives the ratio to the same figure, if there is one`() throws {
        let earlier = try Comparison(parsing: report([result("workflow", [100])], [:]).lines(nil), file: "x")
        #expect(earlier.ratio(of: result("workflow", [150])) == 1.5)
        #expect(earlier.ratio(of: result("drain", [150])) == nil)
        let now = report([result("workflow", [150]), result("drain", [1])], [:])
        #expect(now.lines(earlier).contains(#""ratio_to_earlier":1.5"#))
        #expect(now.tables(.plain, earlier).contains("1.50"))
    }

    @Test func `names the settings that differ`() throws {
        let earlier = try Comparison(
            parsing: report([result("drain", [1])], ["fsync": "on", "build": "debug"]).lines(nil),
            file: "x"
        )
        #expect(
            earlier.differences(to: ["fsync": "off", "build": "debug", "cores": "2"]) == [
                "cores — → 2", "fsync on → off",
            ]
        )
        #expect(report([], ["fsync": "off"]).tables(.plain, earlier).contains("fsync on → off"))
    }

    @Test(arguments: ["", "{}", "not json", #"{"workload":"drain"}"#])
    func `refuses a file that holds no results`(text: String) {
        #expect(throws: Problem.self) { try Comparison(parsing: text, file: "x") }
    }
}

@Suite struct `A number for people` {
    @Test(
        arguments: [
            (0, "0"), (12_345.6, "12,346"), (1_000_000, "1,000,000"), (99.96, "100.0"), (42.54, "42.5"),
            (1.005, "1.00"),
            (0.0624, "0.062"), (-1234.5, "-1,235"), (123, "123"),
        ] as [(Double, String)]
    )
    func `has the digits that count`(value: Double, text: String) {
        #expect(Decimals.text(value) == text)
    }

    @Test(arguments: [(0.6, "0.6"), (2, "2"), (0.75, "0.75"), (64, "64")] as [(Double, String)])
    func `of a bound has no more digits than it needs`(value: Double, text: String) {
        #expect(Decimals.short(value) == text)
    }
}
