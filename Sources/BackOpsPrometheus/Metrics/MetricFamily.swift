/// Holds the metrics of one name.
struct MetricFamily: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    let kind: Kind
    var series: [[MetricLabel]: any MetricSeries] = [:]
}

/// One label of a metric, with its value.
struct MetricLabel: Sendable, Hashable, Comparable {
    let name: String
    let value: String

    static func < (lhs: MetricLabel, rhs: MetricLabel) -> Bool {
        (lhs.name, lhs.value) < (rhs.name, rhs.value)
    }
}

/// One combination of labels, and what was recorded for it.
protocol MetricSeries: AnyObject, Sendable {
    /// Its lines: what is appended to the name, a label of their own, and the value.
    var samples: [MetricSample] { get }
}

/// One line.
struct MetricSample {
    var suffix = ""
    var label: MetricLabel?
    let value: Double
}
