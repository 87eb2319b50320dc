import BackOps

/// What a worker process says of itself at its end, as one line of JSON.
struct WorkerReport: Hashable, Sendable {
    /// Bodies of actions that ran.
    let bodies: Int

    /// Processor time of the whole process in seconds.
    let processorSeconds: Double

    /// The most memory that it had resident in MB; nil where the system does not tell.
    let megabytes: Double?

    /// When the action of each operation started, if that was asked for.
    var starts: [Int64: Double] = [:]

    var json: JSONValue {
        [
            "bodies": .integer(Int64(bodies)),
            "cpu_seconds": JSONValue(exact: processorSeconds),
            "rss_mb": megabytes.map { JSONValue(exact: $0) } ?? .null,
            "starts": .array(starts.map { .array([.integer($0), JSONValue(exact: $1)]) }),
        ]
    }
}

extension WorkerReport {
    /// Reads the line; nil when it is none.
    init?(parsing text: String) {
        guard let json = try? JSONValue(parsing: text), let bodies = json["bodies"]?.integerValue,
            let seconds = json["cpu_seconds"]?.doubleValue
        else { return nil }
        self.bodies = Int(bodies)
        processorSeconds = seconds
        megabytes = json["rss_mb"]?.doubleValue
        for start in json["starts"]?.arrayValue ?? [] {
            if let id = start[0]?.integerValue, let time = start[1]?.doubleValue { starts[id] = time }
        }
    }
}

extension JSONValue {
    fileprivate init(exact value: Double) { self = Number(value).map(JSONValue.number) ?? .null }
}
