/// Writes numbers for people.
enum Decimals {
    /// Three digits that count, thousands in groups: `12,345`, `42.5`, `0.0123`.
    static func text(_ value: Double) -> String {
        let size = value.magnitude
        let places = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
        return fixed(value, places)
    }

    /// As few decimals as there are, at most two.
    static func short(_ value: Double) -> String {
        var text = fixed(value, 2)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// So many decimals, and thousands in groups.
    static func fixed(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = Int64((value.magnitude * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        let whole = grouped(scaled / Int64(scale))
        guard places > 0 else { return sign + whole }
        let rest = String(scaled % Int64(scale))
        return sign + whole + "." + String(repeating: "0", count: places - rest.count) + rest
    }

    static func grouped(_ number: some BinaryInteger) -> String {
        let digits = String(number)
        return digits.enumerated().map { index, digit in
            let isStart =
                index > 0 && (digits.count - index).isMultiple(of: 3) && digits.first?.isNumber == true
            return isStart ? ",\(digit)" : "\(digit)"
        }.joined()
    }
}
