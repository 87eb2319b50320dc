import BackOps

/// A ratio or a bound that a run is held against.
struct Target: Sendable {
    let measure: String
    let bound: Bound

    /// The value, from results that may not have what it takes.
    let value: @Sendable ([BenchResult]) -> Double?

    /// What the value has to be.
    enum Bound: Hashable, Sendable {
        case atLeast(Double)
        case atMost(Double)

        func admits(_ value: Double) -> Bool {
            switch self {
            case .atLeast(let bound): value >= bound
            case .atMost(let bound): value <= bound
            }
        }

        var text: String {
            switch self {
            case .atLeast(let bound): "≥ \(Decimals.short(bound))"
            case .atMost(let bound): "≤ \(Decimals.short(bound))"
            }
        }
    }

    /// A target and its outcome.
    struct Outcome: Hashable, Sendable {
        let measure: String
        let bound: Bound
        let value: Double

        var isMet: Bool { bound.admits(value) }
    }

    /// Holds results against all targets for which they have what it takes.
    static func outcomes(_ results: [BenchResult]) -> [Outcome] {
        all.compactMap { target in
            target.value(results).map {
                Outcome(measure: target.measure, bound: target.bound, value: $0)
            }
        }
    }

    static let all: [Target] = [
        Target(measure: "workflow ÷ ceiling", bound: .atLeast(0.6)) {
            $0.ratio($0.result("workflow"), $0.best(of: "ceiling"))
        },
        Target(measure: "backlog ÷ workflow", bound: .atLeast(0.9)) {
            $0.ratio($0.result("backlog"), $0.result("workflow"))
        },
        Target(measure: "scheduled ÷ workflow", bound: .atLeast(0.9)) {
            $0.ratio($0.result("scheduled"), $0.result("workflow"))
        },
        Target(measure: "waiting ÷ workflow", bound: .atLeast(0.9)) {
            $0.ratio($0.result("waiting"), $0.result("workflow"))
        },
        Target(measure: "signals p99, ms", bound: .atMost(5)) { $0.result("signals", "p99")?.figure.value },
        Target(measure: "approvals p99, ms", bound: .atMost(5)) {
            $0.result("approvals", "p99")?.figure.value
        },
        Target(measure: "snapshot ÷ workflow", bound: .atLeast(0.75)) {
            $0.ratio($0.result("snapshot"), $0.result("workflow"))
        },
        Target(measure: "snapshot, last fifth ÷ first fifth", bound: .atLeast(0.8)) { results in
            let fifths = results.result("snapshot")?.figure.details["fifths"]?.arrayValue ?? []
            guard let first = fifths.first?.doubleValue, let last = fifths.last?.doubleValue, first > 0 else {
                return nil
            }
            return last / first
        },
        Target(measure: "queues ÷ workflow", bound: .atLeast(0.8)) {
            $0.ratio($0.result("queues"), $0.result("workflow"))
        },
        Target(measure: "limited ÷ workflow", bound: .atLeast(0.8)) {
            $0.ratio($0.result("limited"), $0.result("workflow"))
        },
        Target(measure: "hot, actions/s", bound: .atLeast(5000)) { $0.result("hot")?.figure.value },
        Target(measure: "very-long-workflow ÷ long-workflow", bound: .atLeast(0.8)) {
            $0.ratio($0.result("very-long-workflow"), $0.result("long-workflow"))
        },
        Target(measure: "retries, retrying ÷ drain", bound: .atLeast(0.5)) {
            $0.ratio($0.result("retries", "retrying"), $0.result("drain"))
        },
        Target(measure: "retries, draining ÷ drain", bound: .atLeast(0.8)) {
            $0.ratio($0.result("retries", "draining"), $0.result("drain"))
        },
        Target(measure: "churn, jobs at its largest ÷ at the start", bound: .atMost(10)) {
            $0.result("churn", "jobs at its largest")?.figure.details["growth"]?.doubleValue
        },
        Target(measure: "workflow, worker CPU ÷ PostgreSQL CPU", bound: .atMost(1)) { results in
            guard let figure = results.result("workflow")?.figure, let worker = figure.workerMicroseconds,
                let server = figure.serverMicroseconds, server > 0
            else { return nil }
            return worker / server
        },
        Target(measure: "processes, 8 ÷ 1", bound: .atLeast(0.9)) {
            $0.ratio($0.result("processes", "8"), $0.result("processes", "1"))
        },
        Target(measure: "enqueue single ÷ floor INSERT", bound: .atLeast(0.7)) {
            $0.ratio($0.result("enqueue", "single"), $0.result("floor", "INSERT, 1 connection"))
        },
        Target(measure: "enqueue concurrent ÷ single", bound: .atLeast(10)) {
            $0.ratio($0.result("enqueue", "concurrent"), $0.result("enqueue", "single"))
        },
        Target(measure: "latency p50, ms", bound: .atMost(2)) { $0.result("latency", "p50")?.figure.value },
        Target(measure: "latency p99, ms", bound: .atMost(5)) { $0.result("latency", "p99")?.figure.value },
        Target(measure: "workflow with default slots ÷ with the best", bound: .atLeast(0.8)) {
            $0.ratio($0.result("workflow"), $0.best(of: "slots"))
        },
        Target(measure: "workflow, resident MB", bound: .atMost(64)) {
            $0.result("workflow")?.figure.megabytes
        },
        Target(measure: "idle worker, transactions/s", bound: .atMost(2)) { $0.result("idle")?.figure.value },
        Target(measure: "idle worker, scans of jobs, actions or operations", bound: .atMost(0)) {
            $0.result("idle")?.figure.details["scans"]?.doubleValue
        },
    ]
}

extension [BenchResult] {
    func result(_ workload: String, _ variant: String? = nil) -> BenchResult? {
        first { $0.figure.workload == workload && $0.figure.variant == variant }
    }

    /// The fastest variant of a workload.
    func best(of workload: String) -> BenchResult? {
        filter { $0.figure.workload == workload }.max { $0.figure.value < $1.figure.value }
    }

    /// The median of the runs' ratios, because the two values of one run were measured close to each other.
    func ratio(_ dividend: BenchResult?, _ divisor: BenchResult?) -> Double? {
        guard let dividend, let divisor else { return nil }
        guard dividend.runs.count == divisor.runs.count else {
            return divisor.figure.value > 0 ? dividend.figure.value / divisor.figure.value : nil
        }
        return zip(dividend.runs, divisor.runs).filter { $1 > 0 }.map { $0 / $1 }.median
    }
}
