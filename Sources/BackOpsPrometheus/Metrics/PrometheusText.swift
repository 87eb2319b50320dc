/// Writes metrics in Prometheus' text format, version 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var contents = ""

    /// Adds all series of a name, in the order of their labels.
    mutating func add(_ name: String, help: String, _ family: MetricFamily) {
        contents +=
            "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(family.kind.rawValue)\n"
        let series = family.series.sorted { lhs, rhs in lhs.key.lexicographicallyPrecedes(rhs.key) }
        for (labels, series) in series {
            let common = labels.map(Self.text)
            for sample in series.samples {
                let all = common + (sample.label.map { [Self.text($0)] } ?? [])
                contents += name + sample.suffix
                if !all.isEmpty { contents += "{\(all.joined(separator: ","))}" }
                contents += " \(Self.number(sample.value))\n"
            }
        }
    }

    private static func text(_ label: MetricLabel) -> String {
        "\(label.name)=\"\(escaped(label.value, quotes: true))\""
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whole numbers without a fraction, infinities and NaN as Go writes them.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }

    /// A name of a metric may hold letters, digits, underscores and colons, and does not begin with a digit.
    static func name(_ text: String) -> String { valid(text, colons: true) }

    /// A label may hold no colons either, and two underscores in front are Prometheus' own.
    static func labelName(_ text: String) -> String {
        let name = valid(text, colons: false)
        return name.hasPrefix("__")
            ? String(name.drop { $0 == "_" }.isEmpty ? "label" : "_" + name.drop { $0 == "_" }) : name
    }

    private static func valid(_ text: String, colons: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "a"..."z", "A"..."Z", "_": result.unicodeScalars.append(character)
            case ":" where colons: result += ":"
            case "0"..."9": result += result.isEmpty ? "_\(character)" : "\(character)"
            default: result += "_"
            }
        }
        return result.isEmpty ? "_" : result
    }
}
