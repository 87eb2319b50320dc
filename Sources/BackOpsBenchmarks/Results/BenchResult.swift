import BackOps

/// A figure over all runs.
struct BenchResult: Hashable, Sendable {
    /// The run whose value is the median of all.
    let figure: Figure

    /// The values of all runs, in the order in which they were made.
    let runs: [Double]

    /// Takes the figures of one kind from several runs; nil when there is none.
    init?(_ figures: [Figure]) {
        let sorted = figures.sorted { $0.value < $1.value }
        guard !sorted.isEmpty else { return nil }
        figure = sorted[(sorted.count - 1) / 2]
        runs = figures.map(\.value)
    }

    init(figure: Figure, runs: [Double]) {
        self.figure = figure
        self.runs = runs
    }

    /// Sums several runs up: one result for every figure, in the order in which the first run has them.
    static func summing(_ runs: [[Figure]]) -> [BenchResult] {
        var order: [String] = []
        var figures: [String: [Figure]] = [:]
        for figure in runs.joined() {
            if figures[figure.title] == nil { order.append(figure.title) }
            figures[figure.title, default: []].append(figure)
        }
        return order.compactMap { figures[$0].flatMap { BenchResult($0) } }
    }
}

extension Collection<Double> {
    /// The value in the middle, of an even number the lower one; nil of none.
    var median: Double? {
        let sorted = sorted()
        return sorted.isEmpty ? nil : sorted[(sorted.count - 1) / 2]
    }

    /// The smallest value that a share of all values does not exceed; nil of none.
    func percentile(_ share: Double) -> Double? {
        let sorted = sorted()
        guard !sorted.isEmpty else { return nil }
        let rank = (share * Double(sorted.count)).rounded(.up)
        return sorted[Swift.min(sorted.count, Swift.max(1, Int(rank))) - 1]
    }
}
