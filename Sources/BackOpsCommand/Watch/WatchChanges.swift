import BackOps

/// Which of the operations that were read differ from what was said of them last, and how all of them did.
struct WatchChanges {
    private var last: [Int64: String] = [:]
    private var ended: [OperationState: Set<Int64>] = [:]

    /// The operations that were active when they were last seen.
    private(set) var unfinished: Set<Int64> = []

    /// Takes an operation as it is now in words; true when these are new.
    mutating func isNew(_ record: OperationRecord, _ words: String) -> Bool {
        for state in ended.keys { ended[state]?.remove(record.id) }
        if record.state == .active {
            unfinished.insert(record.id)
        } else {
            unfinished.remove(record.id)
            ended[record.state, default: []].insert(record.id)
        }
        return last.updateValue(words, forKey: record.id) != words
    }

    /// Forgets an operation, which is no longer there.
    mutating func forget(_ id: Int64) {
        unfinished.remove(id)
        last[id] = nil
    }

    /// How many were seen.
    var count: Int { unfinished.count + ended.values.map(\.count).reduce(0, +) }

    /// `3 completed, 1 failed, 2 still active`.
    var tally: String {
        let parts = [OperationState.completed, .failed, .cancelled].compactMap { state in
            ended[state].flatMap { $0.isEmpty ? nil : "\($0.count) \(state.rawValue)" }
        }
        return (parts + (unfinished.isEmpty ? [] : ["\(unfinished.count) still active"])).joined(
            separator: ", "
        )
    }
}
