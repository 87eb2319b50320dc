import BackOps

/// What an action logs when the database refuses what it writes, because its claim is gone.
enum LateWrite {
    static let message = "late write refused"
    static let claimKey = "claim_id"
}

/// The claims whose late writes were refused, from the workers' logs: JSON, a line each.
struct LateWrites: Sendable {
    /// Refused to the action itself, in its transaction or at a checkpoint.
    private(set) var inActions: Set<String> = []
    /// Refused to the worker: a result.
    private(set) var results: Set<String> = []

    var count: Int { inActions.union(results).count }

    mutating func read(_ log: String) {
        for line in log.split(separator: "\n") where line.contains(LateWrite.claimKey) {
            // A worker that was killed leaves half a line.
            guard let entry = try? JSONValue(parsing: String(line)),
                let claim = entry[LateWrite.claimKey]?.stringValue,
                let message = entry["message"]?.stringValue
            else { continue }
            if message == LateWrite.message {
                inActions.insert(claim)
            } else if message.hasPrefix("result of an action is refused") {
                results.insert(claim)
            }
        }
    }
}
