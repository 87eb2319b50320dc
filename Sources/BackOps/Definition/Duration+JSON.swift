extension Duration {
    /// The duration as a number of seconds, exact to the microsecond.
    package var secondsJSON: JSONValue {
        let (seconds, attoseconds) = components
        let microseconds = attoseconds / 1_000_000_000_000
        guard microseconds != 0 else { return .integer(seconds) }
        let sign = seconds < 0 || microseconds < 0 ? "-" : ""
        var fraction = String(microseconds.magnitude)
        fraction = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return .number(JSONValue.Number(unchecked: "\(sign)\(seconds.magnitude).\(fraction)"))
    }

    /// Reads a number of seconds; nil for anything else, and for more than 10,000 years.
    package init?(secondsJSON json: JSONValue) {
        if let seconds = json.integerValue, seconds.magnitude < 316_000_000_000 {
            self = .seconds(seconds)
        } else if let seconds = json.doubleValue, seconds.magnitude < 316_000_000_000 {
            self = .microseconds(Int64((seconds * 1_000_000).rounded()))
        } else {
            return nil
        }
    }
}
