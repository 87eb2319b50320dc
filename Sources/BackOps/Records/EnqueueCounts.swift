/// How many operations a stream of requests enqueued.
public struct EnqueueCounts: Sendable, Hashable, Codable {
    /// How many operations were enqueued.
    public var enqueued: Int

    /// How many had a key that an operation has already, and changed nothing.
    public var existing: Int

    /// How many replaced an operation that had not started, or cancelled one.
    public var replaced: Int

    /// How many gave their globals to an operation that has not started.
    public var merged: Int

    /// How many came too soon after another, and changed nothing.
    public var dropped: Int

    /// How many requests these are: the stream goes on after so many.
    public var total: Int { enqueued + existing + replaced + merged + dropped }

    /// Makes counts.
    ///
    /// - Parameters:
    ///   - enqueued: How many operations were enqueued.
    ///   - existing: How many existed already.
    ///   - replaced: How many replaced another.
    ///   - merged: How many were merged into another.
    ///   - dropped: How many came too soon.
    public init(enqueued: Int = 0, existing: Int = 0, replaced: Int = 0, merged: Int = 0, dropped: Int = 0) {
        self.enqueued = enqueued
        self.existing = existing
        self.replaced = replaced
        self.merged = merged
        self.dropped = dropped
    }

    mutating func add(_ count: Int, _ outcome: EnqueueOutcome) {
        switch outcome {
        case .created: enqueued += count
        case .replaced: replaced += count
        case .merged: merged += count
        case .dropped: dropped += count
        default: existing += count
        }
    }
}
