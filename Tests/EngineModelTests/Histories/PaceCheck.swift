import EngineModel

/// What must hold whatever the model says: a rate lets start as many in any time as its numbers say, and no more.
///
/// It reads the rows of the database alone, and sees a start when that is given. Since the numbers of a rate have changed, its
/// starts are counted anew.
struct PaceCheck {
    private struct Start {
        let time: Int
        let weight: Int
    }

    /// Of the jobs that have one.
    private var known: [Substring: Substring] = [:]
    private var given: [Substring: [Start]] = [:]
    /// By name, the numbers that hold.
    private var rates: [Substring: [Substring]] = [:]

    /// Looks at the rows after a step, each by its columns.
    ///
    /// - Returns: What is wrong.
    mutating func difference(_ rows: [[Substring]]) -> String? {
        var starts: [Substring: Substring] = [:]
        var changed: Set<Substring> = []
        for columns in rows where columns[0] == "rate" {
            let numbers = Array(columns[2...])
            if rates[columns[1]] != numbers { changed.insert(columns[1]) }
            rates[columns[1]] = numbers
        }
        given = given.filter { !changed.contains(Self.name($0.key)) }
        for columns in rows where columns[0] == "start" {
            guard let time = Int(columns[3]), let weight = Int(columns[2]) else {
                return "starts: operation \(columns[4]) has a start at an action without a rate"
            }
            if let claimedAt = Int(columns[5]), claimedAt < time {
                return "starts: operation \(columns[4]) began \(time - claimedAt) seconds early"
            }
            starts[columns[4]] = columns[3]
            if known[columns[4]] != columns[3] {
                given[columns[1], default: []].append(Start(time: time, weight: weight))
            }
        }
        known = starts
        for (gate, starts) in given {
            if let pace = pace(of: Self.name(gate)), let problem = Self.excess(starts, pace) {
                return "starts: \(gate) gave \(problem)"
            }
        }
        return nil
    }

    private static func name(_ gate: Substring) -> Substring { gate.split(separator: "/")[1] }

    private func pace(of name: Substring) -> SampleRate.Pace? {
        guard let numbers = rates[name] else { return nil }
        let valid = numbers[6] == "t" ? numbers[3..<6] : numbers[0..<3]
        let values = valid.compactMap { Int($0) }
        return values.count == 3 ? SampleRate.Pace(values[0], per: values[1], burst: values[2]) : nil
    }

    /// In any time, all but the last of the starts fit into what the rate allows in it, and a burst but for one.
    private static func excess(_ starts: [Start], _ pace: SampleRate.Pace) -> String? {
        let starts = starts.sorted { $0.time < $1.time }
        for first in starts.indices {
            var (weights, greatest) = (0, 0)
            for start in starts[first...] {
                weights += start.weight
                greatest = max(greatest, start.weight)
                let time = start.time - starts[first].time
                if (weights - greatest) * pace.per > time * pace.count + (pace.burst - 1) * pace.per {
                    return "starts of the weight \(weights) in \(time) seconds, at \(pace)"
                }
            }
        }
        return nil
    }
}
