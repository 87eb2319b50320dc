/// What must hold whatever the model says: of a queue no more jobs run at once than its limit says.
///
/// It counts the jobs that a worker has, whatever slots they hold. What runs when a limit is set, or lowered, goes on.
struct QueueCheck {
    /// The operations that run, by queue.
    private var running: [Substring: Set<Substring>] = [:]
    /// By queue, as its line says.
    private var maxima: [Substring: Substring] = [:]

    /// Looks at the rows after a step, each by its columns.
    ///
    /// - Returns: What is wrong.
    mutating func difference(_ rows: [[Substring]]) -> String? {
        let (before, formerMaxima) = (running, maxima)
        running = [:]
        maxima = [:]
        for columns in rows {
            switch columns[0] {
            case "queue": maxima[columns[1]] = columns[2]
            case "job" where !columns[3].isEmpty: running[columns[12], default: []].insert(columns[1])
            default: break
            }
        }
        for (queue, text) in maxima {
            // Jobs are shown once a queue has a limit; and to set one starts nothing.
            guard let maximum = Int(text), formerMaxima[queue] == text else { continue }
            let now = running[queue, default: []]
            if now.count > maximum, !now.isSubset(of: before[queue, default: []]) {
                return "queues: \(now.count) run of \(queue), of which \(maximum) may"
            }
        }
        return nil
    }
}
