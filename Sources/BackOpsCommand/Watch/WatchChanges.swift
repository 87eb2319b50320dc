import BackOps

/// Which of the operations that were read differ from what was said of them last.
struct WatchChanges {
    private var last: [Int64: String] = [:]

    /// The operations that were active when they were last seen.
    private(set) var unfinished: Set<Int64> = []

    /// Takes an operation as it is now in words; true when these are new.
    mutating func isNew(_ record: OperationRecord, _ words: String) -> Bool {
        if record.state == .active { unfinished.insert(record.id) } else { unfinished.remove(record.id) }
        return last.updateValue(words, forKey: record.id) != words
    }

    /// Forgets an operation, which is no longer there.
    mutating func forget(_ id: Int64) {
        unfinished.remove(id)
        last[id] = nil
    }
}
