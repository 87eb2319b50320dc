import Testing

@testable import Chaos

@Suite struct `The outcome of a chaos run` {
    private var report: Report { Report(seed: 1, seconds: 1, faults: [:]) }

    @Test func `is that it held, where nothing is wrong and nothing was missed`() {
        #expect(report.outcome == .held)
        #expect(Outcome.held.exitCode == 0)
    }

    @Test func `is a violation, whatever else there is`() {
        var report = report
        report.violations = [Violation("rule", "detail", operation: 5)]
        report.shortcomings = ["no late write was refused"]
        #expect(report.outcome == .violated)
        #expect(report.outcome.exitCode == 1)
        #expect(report.text.contains("rule: operation 5: detail"))
    }

    @Test func `does not count where the attack fell short`() {
        var report = report
        report.shortcomings = ["no late write was refused"]
        #expect(report.outcome == .doesNotCount)
        #expect(report.outcome.exitCode == 2)
        #expect(report.text.contains("no late write was refused"))
    }

    @Test func `names the figures in JSON as well`() throws {
        var report = report
        report.faults = [.kill: 3]
        report.recoverySeconds = [0.5, 1.5, 9]
        let json = try report.json()
        #expect(json.contains(#""kill" : 3"#))
        #expect(json.contains(#""recoveryMedian" : 1.5"#))
        #expect(json.contains(#""outcome" : "held""#))
    }
}

@Suite struct `The schedule of faults` {
    private func kinds(_ seed: UInt64, _ count: Int) -> [FaultKind] {
        var schedule = FaultSchedule(seed: seed, kinds: FaultKind.allCases)
        return (0..<count).map { _ in schedule.next().kind }
    }

    @Test func `is the seed's, and no other's`() {
        #expect(kinds(1, 100) == kinds(1, 100))
        #expect(kinds(1, 100) != kinds(2, 100))
    }

    @Test func `has every kind in every round`() {
        let round = FaultKind.allCases.map(\.weight).reduce(0, +)
        #expect(Set(kinds(3, round)) == Set(FaultKind.allCases))
    }

    @Test func `has only the kinds that were asked for`() {
        var schedule = FaultSchedule(seed: 1, kinds: [.kill, .lock])
        #expect(Set((0..<20).map { _ in schedule.next().kind }) == [.kill, .lock])
    }
}
