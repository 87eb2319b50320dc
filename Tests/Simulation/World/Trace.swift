/// The last lines about what has happened.
struct Trace {
    private let limit: Int
    private(set) var lines: [String] = []

    init(limit: Int) { self.limit = limit }

    mutating func add(at moment: Moment, _ line: () -> String) {
        guard limit > 0 else { return }
        if lines.count >= limit * 2 { lines.removeFirst(limit) }
        lines.append("\(moment.clockText)  \(line())")
    }
}
