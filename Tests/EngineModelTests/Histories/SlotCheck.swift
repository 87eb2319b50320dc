/// What must hold whatever the model says: a limit lets in as many as it has slots, and no more.
///
/// It reads the rows of the database alone. Who holds slots already keeps them when a limit is lowered.
struct SlotCheck {
    private var held: [Substring: Int] = [:]

    /// Looks at the rows after a step, each by its columns.
    ///
    /// - Returns: What is wrong.
    mutating func difference(_ rows: [[Substring]]) -> String? {
        var maxima: [Substring: Int] = [:]
        let before = held
        held = [:]
        for columns in rows {
            switch columns[0] {
            case "slot": held[columns[2], default: 0] += 1
            case "limit": maxima[columns[1]] = Int(columns[5])
            default: break
            }
        }
        for (gate, count) in held {
            let name = gate.prefix { $0 != "/" }
            if let maximum = maxima[name], count > max(maximum, before[gate, default: 0]) {
                return "slots: \(count) jobs hold one of \(gate), which has \(maximum)"
            }
        }
        return nil
    }
}
