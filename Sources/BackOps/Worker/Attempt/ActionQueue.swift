/// Actions that were claimed and for which no slot is free, first come, first served.
///
/// Generic over the body, so that decisions about it can be tested without tasks.
package struct ActionQueue<Body: Sendable>: Sendable {
    private struct Entry: Sendable {
        let claim: Int64
        let since: Instant
        let body: Body
    }

    /// Those from ``next`` on wait.
    private var entries: [Entry] = []
    private var next = 0

    package init() {}

    /// How many actions wait.
    package var count: Int { entries.count - next }

    /// Since when the first one has waited.
    package var oldest: Instant? { next < entries.count ? entries[next].since : nil }

    package mutating func append(claim: Int64, at now: Instant, _ body: Body) {
        entries.append(Entry(claim: claim, since: now, body: body))
    }

    package mutating func takeFirst() -> (claim: Int64, body: Body)? {
        guard next < entries.count else { return nil }
        let first = entries[next]
        next += 1
        // Entries that have gone are dropped when they are half of the array, so that each entry is moved once.
        if next * 2 >= entries.count {
            entries.removeFirst(next)
            next = 0
        }
        return (first.claim, first.body)
    }

    package mutating func remove(claim: Int64) {
        if let place = entries[next...].firstIndex(where: { $0.claim == claim }) { entries.remove(at: place) }
    }

    /// Takes the actions that have waited since a time or longer, all of them for nil, and returns their claims.
    package mutating func take(since moment: Instant?) -> [Int64] {
        let count = entries[next...].prefix { entry in moment.map { entry.since <= $0 } ?? true }.count
        let claims = entries[next..<(next + count)].map(\.claim)
        entries.removeFirst(next + count)
        next = 0
        return claims
    }
}
