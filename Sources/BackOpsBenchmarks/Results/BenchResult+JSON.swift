import BackOps

extension BenchResult {
    /// The result as one line of `--json` has it.
    func json(settings: [String: String]) -> JSONValue {
        [
            "workload": .string(figure.workload),
            "variant": figure.variant.map { .string($0) } ?? .null,
            "value": JSONValue(rounded: figure.value),
            "unit": .string(figure.unit.rawValue),
            "n": .integer(Int64(figure.count)),
            "seconds": JSONValue(rounded: figure.seconds),
            "worker_cpu_us_per_action": JSONValue(rounded: figure.workerMicroseconds),
            "postgres_cpu_us_per_action": JSONValue(rounded: figure.serverMicroseconds),
            "rss_mb": JSONValue(rounded: figure.megabytes),
            "runs": .array(runs.map { JSONValue(rounded: $0) }),
            "details": .object(figure.details),
            "settings": .object(settings.mapValues { .string($0) }),
        ]
    }

    /// Reads a line of `--json`; nil where it holds something else.
    init?(_ json: JSONValue) {
        guard let workload = json["workload"]?.stringValue, let value = json["value"]?.doubleValue,
            let unit = json["unit"]?.stringValue.flatMap({ Figure.Unit(rawValue: $0) }),
            let count = json["n"]?.integerValue, let seconds = json["seconds"]?.doubleValue
        else { return nil }
        figure = Figure(
            workload: workload,
            variant: json["variant"]?.stringValue,
            value: value,
            unit: unit,
            count: Int(count),
            seconds: seconds,
            workerMicroseconds: json["worker_cpu_us_per_action"]?.doubleValue,
            serverMicroseconds: json["postgres_cpu_us_per_action"]?.doubleValue,
            megabytes: json["rss_mb"]?.doubleValue,
            details: json["details"]?.objectValue ?? [:]
        )
        runs = json["runs"]?.arrayValue?.compactMap(\.doubleValue) ?? [value]
    }
}

extension JSONValue {
    /// A measured number with the digits that mean something; null where nothing was measured.
    init(rounded value: Double?) {
        guard let value, value.isFinite else {
            self = .null
            return
        }
        self = Number((value * 1000).rounded() / 1000).map(JSONValue.number) ?? .null
    }
}
