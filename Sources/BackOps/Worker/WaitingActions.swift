/// Actions that were claimed and for which no slot is free, first come, first served.
struct WaitingActions: Sendable {
    /// Runs an action and says how it ended.
    typealias Body = @Sendable () async -> WorkerInbox.Ended

    private struct Entry: Sendable {
        let claim: Int64
        let since: ContinuousClock.Instant
        let body: Body
    }

    /// Those from ``next`` on wait.
    private var entries: [Entry] = []
    private var next = 0

    /// Since when the first one has waited.
    var oldest: ContinuousClock.Instant? { next < entries.count ? entries[next].since : nil }

    mutating func append(claim: Int64, _ body: @escaping Body) {
        entries.append(Entry(claim: claim, since: .now, body: body))
    }

    mutating func takeFirst() -> (claim: Int64, body: Body)? {
        guard next < entries.count else { return nil }
        let first = entries[next]
        next += 1
        // What has gone is dropped when it is half of the array, so that each entry is moved once.
        if next * 2 >= entries.count {
            entries.removeFirst(next)
            next = 0
        }
        return (first.claim, first.body)
    }

    mutating func remove(claim: Int64) {
        if let place = entries[next...].firstIndex(where: { $0.claim == claim }) { entries.remove(at: place) }
    }

    /// Takes those that have waited since a time or longer, all of them for nil, and gives their claims.
    mutating func take(since moment: ContinuousClock.Instant?) -> [Int64] {
        let count = entries[next...].prefix { entry in moment.map { entry.since <= $0 } ?? true }.count
        let claims = entries[next..<(next + count)].map(\.claim)
        entries.removeFirst(next + count)
        next = 0
        return claims
    }
}
